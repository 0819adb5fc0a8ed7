-- The table from which Orleans' ADO.NET providers learn their statements: they read the text by its key, bind the
-- parameters they know by name, and read the result's columns by name. Run first. Harmless when run again.

CREATE TABLE IF NOT EXISTS orleansquery
(
    querykey  varchar(64)   NOT NULL,
    querytext varchar(8000) NOT NULL,

    CONSTRAINT orleansquery_key PRIMARY KEY (querykey)
);
