import GRDB

/// The steps that bring a database of any release to the newest schema; frozen once released.
enum Migrations {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("0.1.0") { database in
            for part in [Schema1.sql, Schema1Stages.sql, Schema1Labels.sql, Schema1Versions.sql] {
                try database.execute(sql: part)
            }
        }
        migrator.registerMigration("0.1.0: a field can be taken away") { database in
            try database.execute(
                sql: """
                    ALTER TABLE field ADD COLUMN present INTEGER NOT NULL DEFAULT 1
                    CHECK (present IN (0, 1))
                    """
            )
            // The fields of `GovernanceRevision.usual`, written out: a step stays as it is.
            try database.execute(
                sql: """
                    INSERT OR IGNORE INTO field (name, type, description) VALUES
                        ('consent', 'boolean', 'Whether those who are seen agreed to its use.'),
                        ('licence', 'text', 'Under which terms it may be used.'),
                        ('source', 'text', 'Where it comes from.')
                    """
            )
        }
        migrator.registerMigration("0.1.0: strata") { database in
            try database.execute(
                sql: """
                    CREATE TABLE stratum (
                        id INTEGER PRIMARY KEY,
                        source TEXT NOT NULL CHECK (length(source) > 0),
                        alpha REAL NOT NULL CHECK (alpha > 0 AND alpha < 1),
                        level REAL NOT NULL CHECK (level > 0 AND level < 1),
                        population INTEGER NOT NULL CHECK (population > 0),
                        labels INTEGER NOT NULL CHECK (labels >= 0),
                        createdAt TEXT NOT NULL,
                        state TEXT NOT NULL CHECK (state IN ('audited', 'proven', 'refused')),
                        audited INTEGER CHECK (audited >= 0),
                        wrong INTEGER CHECK (wrong BETWEEN 0 AND audited),
                        CHECK ((state = 'proven') = (audited IS NOT NULL AND wrong IS NOT NULL))
                    ) STRICT;

                    CREATE TABLE stratumMember (
                        stratum INTEGER NOT NULL REFERENCES stratum (id),
                        position INTEGER NOT NULL CHECK (position >= 0),
                        sample INTEGER NOT NULL REFERENCES sample (id),
                        category INTEGER NOT NULL REFERENCES category (id),
                        PRIMARY KEY (stratum, position)
                    ) STRICT, WITHOUT ROWID;
                    CREATE INDEX stratumMember_sample ON stratumMember (sample);

                    ALTER TABLE reviewTask ADD COLUMN stratum INTEGER REFERENCES stratum (id);
                    """
            )
        }
        migrator.registerMigration("0.1.0: several reviewers") { database in
            try database.execute(sql: SchemaStepReviewers.sql)
        }
        return migrator
    }
}
