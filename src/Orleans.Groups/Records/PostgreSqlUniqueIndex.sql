-- One row per grain state. The persistence schema of Orleans lacks this: without it two first writes of one grain that
-- come at the same time both succeed, and the state can never be read again. Harmless when run again, and when several
-- run it at once. Fails where such twins lie in the table already: delete one of each first.

DO $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('uq_orleansstorage_state', 0));
    CREATE UNIQUE INDEX IF NOT EXISTS uq_orleansstorage_state
        ON orleansstorage
        (
            grainidhash,
            graintypehash,
            grainidn0,
            grainidn1,
            graintypestring,
            coalesce(grainidextensionstring, ''),
            serviceid
        );
END
$$;
