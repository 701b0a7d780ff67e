/// The SQL of schema 0.1.0: labels, predictions and their review; frozen once released.
enum Schema1Labels {
    static let sql = """
        CREATE TABLE annotation (
            id INTEGER PRIMARY KEY,
            object INTEGER NOT NULL CHECK (object <= id),
            sample INTEGER NOT NULL REFERENCES sample (id),
            kind TEXT NOT NULL CHECK (
                kind = 'classification' OR kind = 'box' OR kind = 'polygon' OR kind = 'mask'),
            category INTEGER NOT NULL REFERENCES category (id),
            geometry TEXT CHECK (geometry IS NULL OR json_valid(geometry)),
            state TEXT NOT NULL CHECK (state = 'accepted' OR state = 'rejected' OR state = 'removed'),
            source TEXT NOT NULL CHECK (length(source) > 0),
            prior INTEGER CHECK (prior < id),
            origin INTEGER CHECK (origin < id),
            change INTEGER NOT NULL REFERENCES change (id),
            CHECK ((kind = 'classification') = (geometry IS NULL)),
            CHECK ((prior IS NULL) = (object = id))
        ) STRICT;
        CREATE UNIQUE INDEX annotation_prior ON annotation (prior) WHERE prior IS NOT NULL;
        CREATE TRIGGER annotation_is_never_updated BEFORE UPDATE ON annotation
        BEGIN SELECT RAISE(ABORT, 'the log is only appended'); END;
        CREATE TRIGGER annotation_is_never_deleted BEFORE DELETE ON annotation
        WHEN NOT EXISTS (SELECT 1 FROM tombstone WHERE sample = OLD.sample)
        BEGIN SELECT RAISE(ABORT, 'the log is only appended'); END;

        CREATE TABLE currentLabel (
            sample INTEGER NOT NULL REFERENCES sample (id),
            object INTEGER NOT NULL,
            revision INTEGER NOT NULL,
            category INTEGER NOT NULL REFERENCES category (id),
            state TEXT NOT NULL,
            PRIMARY KEY (sample, object)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX currentLabel_category ON currentLabel (category, state);

        CREATE TABLE predictionRun (
            run INTEGER PRIMARY KEY REFERENCES change (id),
            source TEXT NOT NULL CHECK (length(source) > 0),
            retiredBy INTEGER REFERENCES change (id) CHECK (retiredBy >= run)
        ) STRICT;
        CREATE INDEX predictionRun_live ON predictionRun (run) WHERE retiredBy IS NULL;

        CREATE TABLE prediction (
            run INTEGER NOT NULL REFERENCES predictionRun (run),
            sample INTEGER NOT NULL REFERENCES sample (id),
            position INTEGER NOT NULL CHECK (position >= 0),
            kind TEXT NOT NULL CHECK (
                kind = 'classification' OR kind = 'box' OR kind = 'polygon' OR kind = 'mask'),
            category INTEGER NOT NULL REFERENCES category (id),
            geometry TEXT CHECK (geometry IS NULL OR json_valid(geometry)),
            score REAL NOT NULL CHECK (score BETWEEN 0 AND 1),
            PRIMARY KEY (run, sample, position),
            CHECK ((kind = 'classification') = (geometry IS NULL))
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER prediction_is_never_updated BEFORE UPDATE ON prediction
        BEGIN SELECT RAISE(ABORT, 'the log is only appended'); END;
        CREATE TRIGGER prediction_is_never_deleted BEFORE DELETE ON prediction
        WHEN NOT EXISTS (SELECT 1 FROM tombstone WHERE sample = OLD.sample)
        BEGIN SELECT RAISE(ABORT, 'the log is only appended'); END;

        CREATE TABLE model (
            name TEXT NOT NULL,
            digest TEXT NOT NULL CHECK (length(digest) = 64),
            parameters TEXT NOT NULL CHECK (json_valid(parameters)),
            createdAt TEXT NOT NULL,
            PRIMARY KEY (name, digest)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE reviewTask (
            id INTEGER PRIMARY KEY,
            reason TEXT NOT NULL CHECK (
                reason IN ('cluster', 'uncertain', 'disagreement', 'representative', 'label-issue', 'audit')
            ),
            label TEXT,
            proposals TEXT NOT NULL CHECK (json_valid(proposals)),
            state TEXT NOT NULL CHECK (state IN ('leased', 'decided', 'returned')),
            lease TEXT NOT NULL UNIQUE,
            reviewer TEXT NOT NULL,
            expiresAt REAL NOT NULL,
            change INTEGER NOT NULL REFERENCES change (id),
            conflict INTEGER REFERENCES conflict (id)
        ) STRICT;
        CREATE INDEX reviewTask_leased ON reviewTask (expiresAt) WHERE state = 'leased';
        CREATE TABLE reviewTaskSample (
            task INTEGER NOT NULL REFERENCES reviewTask (id),
            position INTEGER NOT NULL CHECK (position >= 0),
            sample INTEGER NOT NULL REFERENCES sample (id),
            PRIMARY KEY (task, position)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX reviewTaskSample_sample ON reviewTaskSample (sample);

        CREATE TABLE review (
            id INTEGER PRIMARY KEY,
            submission TEXT NOT NULL,
            content TEXT NOT NULL CHECK (json_valid(content)),
            task INTEGER NOT NULL REFERENCES reviewTask (id),
            reviewer TEXT NOT NULL,
            decision TEXT NOT NULL CHECK (decision IN ('accept', 'correct', 'reject', 'skip')),
            label TEXT,
            exceptions INTEGER NOT NULL CHECK (exceptions >= 0),
            at TEXT NOT NULL,
            change INTEGER NOT NULL REFERENCES change (id),
            undoneBy INTEGER REFERENCES change (id),
            UNIQUE (reviewer, submission)
        ) STRICT;
        CREATE INDEX review_task ON review (task);
        CREATE INDEX review_change ON review (change);

        CREATE TABLE conflict (
            id INTEGER PRIMARY KEY,
            sample INTEGER NOT NULL REFERENCES sample (id),
            base TEXT CHECK (base IS NULL OR json_valid(base)),
            ours TEXT CHECK (ours IS NULL OR json_valid(ours)),
            theirs TEXT CHECK (theirs IS NULL OR json_valid(theirs)),
            change INTEGER NOT NULL REFERENCES change (id),
            resolvedBy INTEGER REFERENCES change (id)
        ) STRICT;
        CREATE INDEX conflict_open ON conflict (sample) WHERE resolvedBy IS NULL;
        CREATE INDEX conflict_resolvedBy ON conflict (resolvedBy) WHERE resolvedBy IS NOT NULL;
        CREATE INDEX conflict_sample ON conflict (sample);
        """
}
