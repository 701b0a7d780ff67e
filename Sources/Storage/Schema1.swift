/// The SQL of schema 0.1.0: the log, classes, images and what belongs to them.
///
/// `schemas/store.sql` says the same with more words. Frozen once released.
enum Schema1 {
    static let sql = """
        CREATE TABLE dataset (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            name TEXT NOT NULL CHECK (length(name) > 0),
            task TEXT NOT NULL CHECK (task IN ('classification', 'detection', 'segmentation')),
            createdAt TEXT NOT NULL,
            branch TEXT NOT NULL CHECK (length(branch) > 0),
            merging TEXT REFERENCES version (id)
        ) STRICT;

        CREATE TABLE change (
            id INTEGER PRIMARY KEY,
            kind TEXT NOT NULL CHECK (kind IN ('create', 'import', 'predict', 'review', 'label', 'classes',
                'membership', 'fields', 'switch', 'restore', 'merge', 'undo', 'forget')),
            author TEXT NOT NULL CHECK (length(author) > 0),
            at TEXT NOT NULL,
            payload TEXT CHECK (payload IS NULL OR json_valid(payload)),
            payloadDigest TEXT NOT NULL CHECK (length(payloadDigest) = 64),
            undoes INTEGER REFERENCES change (id),
            lastAnnotation INTEGER NOT NULL CHECK (lastAnnotation >= 0),
            rows TEXT NOT NULL CHECK (length(rows) = 64),
            digest TEXT NOT NULL UNIQUE CHECK (length(digest) = 64)
        ) STRICT;
        CREATE INDEX change_undoes ON change (undoes) WHERE undoes IS NOT NULL;
        CREATE INDEX change_lastAnnotation ON change (lastAnnotation);

        CREATE TRIGGER change_is_never_updated BEFORE UPDATE ON change
        WHEN NEW.payload IS NOT NULL OR OLD.id IS NOT NEW.id OR OLD.kind IS NOT NEW.kind
            OR OLD.author IS NOT NEW.author OR OLD.at IS NOT NEW.at
            OR OLD.payloadDigest IS NOT NEW.payloadDigest OR OLD.undoes IS NOT NEW.undoes
            OR OLD.lastAnnotation IS NOT NEW.lastAnnotation OR OLD.rows IS NOT NEW.rows
            OR OLD.digest IS NOT NEW.digest
        BEGIN SELECT RAISE(ABORT, 'the log is only appended'); END;
        CREATE TRIGGER change_is_never_deleted BEFORE DELETE ON change
        BEGIN SELECT RAISE(ABORT, 'the log is only appended'); END;

        CREATE TABLE category (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL CHECK (length(name) > 0),
            position INTEGER NOT NULL,
            present INTEGER NOT NULL CHECK (present IN (0, 1)),
            supercategory TEXT,
            color TEXT,
            hotkey TEXT,
            description TEXT,
            guideline TEXT
        ) STRICT;
        CREATE UNIQUE INDEX category_name ON category (name) WHERE present = 1;

        CREATE TABLE categoryRevision (
            id INTEGER PRIMARY KEY,
            category INTEGER NOT NULL REFERENCES category (id),
            name TEXT NOT NULL CHECK (length(name) > 0),
            position INTEGER NOT NULL,
            present INTEGER NOT NULL CHECK (present IN (0, 1)),
            supercategory TEXT,
            color TEXT,
            hotkey TEXT,
            description TEXT,
            guideline TEXT,
            change INTEGER NOT NULL REFERENCES change (id)
        ) STRICT;
        CREATE INDEX categoryRevision_category ON categoryRevision (category);
        CREATE INDEX categoryRevision_change ON categoryRevision (change);
        CREATE TRIGGER categoryRevision_is_never_updated BEFORE UPDATE ON categoryRevision
        BEGIN SELECT RAISE(ABORT, 'the log is only appended'); END;
        CREATE TRIGGER categoryRevision_is_never_deleted BEFORE DELETE ON categoryRevision
        BEGIN SELECT RAISE(ABORT, 'the log is only appended'); END;

        CREATE TABLE sample (
            id INTEGER PRIMARY KEY,
            path TEXT NOT NULL UNIQUE CHECK (length(path) > 0),
            archive TEXT,
            member TEXT,
            memberOffset INTEGER CHECK (memberOffset >= 0),
            sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
            format TEXT NOT NULL,
            width INTEGER NOT NULL CHECK (width > 0),
            height INTEGER NOT NULL CHECK (height > 0),
            bytes INTEGER NOT NULL CHECK (bytes > 0),
            modifiedAt REAL NOT NULL,
            damage TEXT CHECK (damage IN ('truncated', 'corrupt')),
            pixelDigest TEXT NOT NULL CHECK (length(pixelDigest) = 64),
            perceptualHash TEXT NOT NULL CHECK (length(perceptualHash) = 64),
            brightness REAL NOT NULL,
            darkest REAL NOT NULL,
            brightest REAL NOT NULL,
            contrast REAL NOT NULL,
            sharpness REAL NOT NULL,
            entropy REAL NOT NULL,
            colorfulness REAL NOT NULL,
            saturation REAL NOT NULL,
            grayness REAL NOT NULL,
            border REAL NOT NULL,
            jpegQuality INTEGER CHECK (jpegQuality BETWEEN 1 AND 100),
            camera TEXT,
            capturedAt TEXT,
            hasLocation INTEGER NOT NULL CHECK (hasLocation IN (0, 1)),
            present INTEGER NOT NULL DEFAULT 1 CHECK (present IN (0, 1)),
            decided INTEGER NOT NULL DEFAULT 0 CHECK (decided IN (0, 1)),
            addedBy INTEGER NOT NULL REFERENCES change (id),
            CHECK ((archive IS NULL) = (member IS NULL)),
            CHECK (memberOffset IS NULL OR archive IS NOT NULL)
        ) STRICT;
        CREATE INDEX sample_sha256 ON sample (sha256);
        CREATE INDEX sample_addedBy ON sample (addedBy);
        CREATE INDEX sample_undecided ON sample (id) WHERE decided = 0 AND present = 1;

        CREATE TABLE membership (
            id INTEGER PRIMARY KEY,
            sample INTEGER NOT NULL REFERENCES sample (id),
            present INTEGER NOT NULL CHECK (present IN (0, 1)),
            change INTEGER NOT NULL REFERENCES change (id)
        ) STRICT;
        CREATE INDEX membership_sample ON membership (sample);
        CREATE INDEX membership_change ON membership (change);
        CREATE TRIGGER membership_is_never_updated BEFORE UPDATE ON membership
        BEGIN SELECT RAISE(ABORT, 'the log is only appended'); END;
        CREATE TRIGGER membership_is_never_deleted BEFORE DELETE ON membership
        WHEN NOT EXISTS (SELECT 1 FROM tombstone WHERE sample = OLD.sample)
        BEGIN SELECT RAISE(ABORT, 'the log is only appended'); END;

        CREATE TABLE move (
            id INTEGER PRIMARY KEY,
            sample INTEGER NOT NULL REFERENCES sample (id),
            fromPath TEXT NOT NULL CHECK (length(fromPath) > 0),
            toPath TEXT NOT NULL CHECK (length(toPath) > 0),
            change INTEGER NOT NULL REFERENCES change (id)
        ) STRICT;
        CREATE INDEX move_sample ON move (sample);
        CREATE INDEX move_change ON move (change);

        CREATE TRIGGER move_is_never_updated BEFORE UPDATE ON move
        BEGIN SELECT RAISE(ABORT, 'the log is only appended'); END;
        CREATE TRIGGER move_is_never_deleted BEFORE DELETE ON move
        WHEN NOT EXISTS (SELECT 1 FROM tombstone WHERE sample = OLD.sample)
        BEGIN SELECT RAISE(ABORT, 'the log is only appended'); END;

        CREATE TABLE field (
            name TEXT PRIMARY KEY CHECK (length(name) > 0),
            type TEXT NOT NULL CHECK (type IN ('text', 'number', 'boolean', 'date', 'choice')),
            choices TEXT CHECK (choices IS NULL OR json_valid(choices)),
            description TEXT,
            CHECK ((type = 'choice') = (choices IS NOT NULL))
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE fieldRevision (
            id INTEGER PRIMARY KEY,
            sample INTEGER NOT NULL REFERENCES sample (id),
            field TEXT NOT NULL REFERENCES field (name),
            value TEXT,
            change INTEGER NOT NULL REFERENCES change (id)
        ) STRICT;
        CREATE INDEX fieldRevision_place ON fieldRevision (sample, field);
        CREATE INDEX fieldRevision_change ON fieldRevision (change);
        CREATE TRIGGER fieldRevision_is_never_updated BEFORE UPDATE ON fieldRevision
        BEGIN SELECT RAISE(ABORT, 'the log is only appended'); END;
        CREATE TRIGGER fieldRevision_is_never_deleted BEFORE DELETE ON fieldRevision
        WHEN NOT EXISTS (SELECT 1 FROM tombstone WHERE sample = OLD.sample)
        BEGIN SELECT RAISE(ABORT, 'the log is only appended'); END;

        CREATE TABLE currentField (
            sample INTEGER NOT NULL REFERENCES sample (id),
            field TEXT NOT NULL REFERENCES field (name),
            value TEXT NOT NULL,
            PRIMARY KEY (sample, field)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX currentField_value ON currentField (field, value);

        CREATE TABLE exportRule (
            id INTEGER PRIMARY KEY,
            field TEXT NOT NULL REFERENCES field (name),
            test TEXT NOT NULL CHECK (test IN ('equals', 'differs', 'below', 'above', 'present', 'absent')),
            value TEXT,
            reason TEXT NOT NULL CHECK (length(reason) > 0),
            UNIQUE (field, test, value),
            CHECK ((test IN ('present', 'absent')) = (value IS NULL))
        ) STRICT;
        """
}
