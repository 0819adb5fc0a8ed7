-- Grain state for Orleans' ADO.NET persistence provider. Run after 01-main.sql. Harmless when run again: what is there
-- stays as it is.
--
-- A row's version is the ETag: a write names the version that it has read, and raises it. As in the scripts of Orleans,
-- nothing here keeps two first writes of one grain apart; the unique index of Orleans.Groups does
-- (GroupsSql.PostgreSqlUniqueIndex), and must be made next.

CREATE TABLE IF NOT EXISTS orleansstorage
(
    grainidhash            integer      NOT NULL,
    grainidn0              bigint       NOT NULL, -- The two halves of a key that is a number or a GUID, or 0.
    grainidn1              bigint       NOT NULL,
    graintypehash          integer      NOT NULL,
    graintypestring        varchar(512) NOT NULL,
    grainidextensionstring varchar(512),          -- A key that is text, or what follows the number.
    serviceid              varchar(150) NOT NULL,
    payloadbinary          bytea,                 -- Empty after a clear that keeps the row.
    modifiedon             timestamp    NOT NULL, -- In UTC.
    version                integer
);

CREATE INDEX IF NOT EXISTS ix_orleansstorage ON orleansstorage (grainidhash, graintypehash);

INSERT INTO orleansquery (querykey, querytext) VALUES

('ReadFromStorageKey', $sql$
SELECT payloadbinary, now() AT TIME ZONE 'utc', version
FROM orleansstorage
WHERE grainidhash = @GrainIdHash
    AND graintypehash = @GrainTypeHash
    AND grainidn0 = @GrainIdN0
    AND grainidn1 = @GrainIdN1
    AND graintypestring = @GrainTypeString
    AND grainidextensionstring IS NOT DISTINCT FROM @GrainIdExtensionString
    AND serviceid = @ServiceId
$sql$),

-- Without a version it is the first write. No row in the answer: somebody else has written since.
('WriteToStorageKey', $sql$
WITH changed AS
(
    UPDATE orleansstorage
    SET payloadbinary = @PayloadBinary, modifiedon = now() AT TIME ZONE 'utc', version = version + 1
    WHERE @GrainStateVersion IS NOT NULL
        AND grainidhash = @GrainIdHash
        AND graintypehash = @GrainTypeHash
        AND grainidn0 = @GrainIdN0
        AND grainidn1 = @GrainIdN1
        AND graintypestring = @GrainTypeString
        AND grainidextensionstring IS NOT DISTINCT FROM @GrainIdExtensionString
        AND serviceid = @ServiceId
        AND version = @GrainStateVersion
    RETURNING version
),
added AS
(
    INSERT INTO orleansstorage
        (grainidhash, graintypehash, grainidn0, grainidn1, graintypestring, grainidextensionstring, serviceid,
        payloadbinary, modifiedon, version)
    SELECT @GrainIdHash, @GrainTypeHash, @GrainIdN0, @GrainIdN1, @GrainTypeString, @GrainIdExtensionString, @ServiceId,
        @PayloadBinary, now() AT TIME ZONE 'utc', 1
    WHERE @GrainStateVersion IS NULL
        AND NOT EXISTS
        (
            SELECT 1
            FROM orleansstorage
            WHERE grainidhash = @GrainIdHash
                AND graintypehash = @GrainTypeHash
                AND grainidn0 = @GrainIdN0
                AND grainidn1 = @GrainIdN1
                AND graintypestring = @GrainTypeString
                AND grainidextensionstring IS NOT DISTINCT FROM @GrainIdExtensionString
                AND serviceid = @ServiceId
        )
    RETURNING version
)
SELECT version AS newgrainstateversion FROM changed
UNION ALL
SELECT version FROM added
$sql$),

('ClearStorageKey', $sql$
UPDATE orleansstorage
SET payloadbinary = NULL, modifiedon = now() AT TIME ZONE 'utc', version = version + 1
WHERE grainidhash = @GrainIdHash
    AND graintypehash = @GrainTypeHash
    AND grainidn0 = @GrainIdN0
    AND grainidn1 = @GrainIdN1
    AND graintypestring = @GrainTypeString
    AND grainidextensionstring IS NOT DISTINCT FROM @GrainIdExtensionString
    AND serviceid = @ServiceId
    AND version = @GrainStateVersion
RETURNING version AS newgrainstateversion
$sql$),

-- Used instead of the one above where the provider is told to delete what it clears.
('DeleteStorageKey', $sql$
DELETE FROM orleansstorage
WHERE grainidhash = @GrainIdHash
    AND graintypehash = @GrainTypeHash
    AND grainidn0 = @GrainIdN0
    AND grainidn1 = @GrainIdN1
    AND graintypestring = @GrainTypeString
    AND grainidextensionstring IS NOT DISTINCT FROM @GrainIdExtensionString
    AND serviceid = @ServiceId
    AND version = @GrainStateVersion
RETURNING version + 1 AS newgrainstateversion
$sql$)

ON CONFLICT (querykey) DO NOTHING;
