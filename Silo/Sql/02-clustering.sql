-- Cluster membership for Orleans' ADO.NET clustering provider. Run after 01-main.sql. Harmless when run again: what is
-- there stays as it is.
--
-- The version row of a cluster orders all changes of its membership: a statement that changes who is in the cluster, or
-- how, first raises the version from the one that its silo has read. Of two silos that have read the same version one
-- waits for the row, finds it changed and does nothing, which it learns from a count of 0.

CREATE TABLE IF NOT EXISTS orleansmembershipversiontable
(
    deploymentid varchar(150)   NOT NULL,
    timestamp    timestamptz(3) NOT NULL DEFAULT now(),
    version      integer        NOT NULL DEFAULT 0,

    CONSTRAINT pk_orleansmembershipversiontable_deploymentid PRIMARY KEY (deploymentid)
);

CREATE TABLE IF NOT EXISTS orleansmembershiptable
(
    deploymentid varchar(150)   NOT NULL,
    address      varchar(45)    NOT NULL,
    port         integer        NOT NULL,
    generation   integer        NOT NULL,
    siloname     varchar(150)   NOT NULL,
    hostname     varchar(150)   NOT NULL,
    status       integer        NOT NULL, -- 3 is active, 6 is dead.
    proxyport    integer,                 -- Where clients connect; 0 for a silo without a gateway.
    suspecttimes varchar(8000),
    starttime    timestamptz(3) NOT NULL,
    iamalivetime timestamptz(3) NOT NULL,

    CONSTRAINT pk_membershiptable_deploymentid PRIMARY KEY (deploymentid, address, port, generation),
    CONSTRAINT fk_membershiptable_membershipversiontable_deploymentid
        FOREIGN KEY (deploymentid) REFERENCES orleansmembershipversiontable (deploymentid)
);

INSERT INTO orleansquery (querykey, querytext) VALUES

-- The first silo of a cluster makes its version row; the answer is whether this one did.
('InsertMembershipVersionKey', $sql$
WITH added AS
(
    INSERT INTO orleansmembershipversiontable (deploymentid)
    VALUES (@DeploymentId)
    ON CONFLICT DO NOTHING
    RETURNING deploymentid
)
SELECT count(*)::integer FROM added
$sql$),

-- A silo comes in; the answer is whether it did.
('InsertMembershipKey', $sql$
WITH raised AS
(
    UPDATE orleansmembershipversiontable
    SET timestamp = now(), version = version + 1
    WHERE deploymentid = @DeploymentId
        AND version = @Version
        AND NOT EXISTS
        (
            SELECT 1
            FROM orleansmembershiptable m
            WHERE m.deploymentid = @DeploymentId
                AND m.address = @Address
                AND m.port = @Port
                AND m.generation = @Generation
        )
    RETURNING deploymentid
),
added AS
(
    INSERT INTO orleansmembershiptable
        (deploymentid, address, port, generation, siloname, hostname, status, proxyport, starttime, iamalivetime)
    SELECT deploymentid, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime,
        @IAmAliveTime
    FROM raised
    RETURNING deploymentid
)
SELECT count(*)::integer FROM added
$sql$),

-- A silo changes its status, or is suspected; the answer is whether it was written.
('UpdateMembershipKey', $sql$
WITH raised AS
(
    UPDATE orleansmembershipversiontable
    SET timestamp = now(), version = version + 1
    WHERE deploymentid = @DeploymentId
        AND version = @Version
        AND EXISTS
        (
            SELECT 1
            FROM orleansmembershiptable m
            WHERE m.deploymentid = @DeploymentId
                AND m.address = @Address
                AND m.port = @Port
                AND m.generation = @Generation
        )
    RETURNING deploymentid
),
changed AS
(
    UPDATE orleansmembershiptable m
    SET status = @Status, suspecttimes = @SuspectTimes, iamalivetime = @IAmAliveTime
    FROM raised
    WHERE m.deploymentid = raised.deploymentid
        AND m.address = @Address
        AND m.port = @Port
        AND m.generation = @Generation
    RETURNING m.deploymentid
)
SELECT count(*)::integer FROM changed
$sql$),

-- The sign of life is no change of membership: it leaves the version alone.
('UpdateIAmAlivetimeKey', $sql$
UPDATE orleansmembershiptable
SET iamalivetime = @IAmAliveTime
WHERE deploymentid = @DeploymentId
    AND address = @Address
    AND port = @Port
    AND generation = @Generation
$sql$),

-- The version comes even where there is no such silo, with empty columns beside it.
('MembershipReadRowKey', $sql$
SELECT v.deploymentid, m.address, m.port, m.generation, m.siloname, m.hostname, m.status, m.proxyport, m.suspecttimes,
    m.starttime, m.iamalivetime, v.version
FROM orleansmembershipversiontable v
LEFT JOIN orleansmembershiptable m
    ON m.deploymentid = v.deploymentid
    AND m.address = @Address
    AND m.port = @Port
    AND m.generation = @Generation
WHERE v.deploymentid = @DeploymentId
$sql$),

('MembershipReadAllKey', $sql$
SELECT v.deploymentid, m.address, m.port, m.generation, m.siloname, m.hostname, m.status, m.proxyport, m.suspecttimes,
    m.starttime, m.iamalivetime, v.version
FROM orleansmembershipversiontable v
LEFT JOIN orleansmembershiptable m ON m.deploymentid = v.deploymentid
WHERE v.deploymentid = @DeploymentId
$sql$),

-- Where clients may connect.
('GatewaysQueryKey', $sql$
SELECT address, proxyport, generation
FROM orleansmembershiptable
WHERE deploymentid = @DeploymentId
    AND status = @Status
    AND proxyport > 0
$sql$),

('DeleteMembershipTableEntriesKey', $sql$
DELETE FROM orleansmembershiptable WHERE deploymentid = @DeploymentId;
DELETE FROM orleansmembershipversiontable WHERE deploymentid = @DeploymentId
$sql$),

-- Forgets silos that have been gone for long; an active one stays however old its sign of life is.
('CleanupDefunctSiloEntriesKey', $sql$
DELETE FROM orleansmembershiptable
WHERE deploymentid = @DeploymentId
    AND iamalivetime < @IAmAliveTime
    AND status <> 3
$sql$)

ON CONFLICT (querykey) DO NOTHING;
