/// The SQL that made schema 1, frozen; `schemas/store.sql` says the same with more words.
enum Schema1 {
    static let sql = """

        CREATE TABLE dataset (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            name TEXT NOT NULL CHECK (length(name) > 0),
            task TEXT NOT NULL CHECK (task IN ('classification', 'detection', 'segmentation')),
            createdAt TEXT NOT NULL
        ) STRICT;

        CREATE TABLE change (
            id INTEGER PRIMARY KEY,
            kind TEXT NOT NULL CHECK (kind IN ('create', 'import', 'predict', 'review', 'undo')),
            author TEXT NOT NULL CHECK (length(author) > 0),
            at TEXT NOT NULL,
            payload TEXT NOT NULL CHECK (json_valid(payload)),
            undoes INTEGER REFERENCES change (id),
            rows TEXT NOT NULL CHECK (length(rows) = 64),
            digest TEXT NOT NULL UNIQUE CHECK (length(digest) = 64)
        ) STRICT;

        CREATE TRIGGER change_is_never_updated BEFORE UPDATE ON change
        BEGIN SELECT RAISE(ABORT, 'the log is only appended'); END;
        CREATE TRIGGER change_is_never_deleted BEFORE DELETE ON change
        BEGIN SELECT RAISE(ABORT, 'the log is only appended'); END;

        CREATE TABLE category (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE CHECK (length(name) > 0),
            addedBy INTEGER NOT NULL REFERENCES change (id)
        ) STRICT;

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
            addedBy INTEGER NOT NULL REFERENCES change (id),
            CHECK ((archive IS NULL) = (member IS NULL)),
            CHECK (memberOffset IS NULL OR archive IS NOT NULL)
        ) STRICT;
        CREATE INDEX sample_sha256 ON sample (sha256);
        CREATE INDEX sample_addedBy ON sample (addedBy);

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
        BEGIN SELECT RAISE(ABORT, 'the log is only appended'); END;

        CREATE TABLE importFailure (
            path TEXT PRIMARY KEY CHECK (length(path) > 0),
            code TEXT NOT NULL CHECK (length(code) > 0),
            message TEXT NOT NULL CHECK (length(message) > 0),
            bytes INTEGER NOT NULL,
            modifiedAt REAL NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE embedder (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL,
            digest TEXT NOT NULL CHECK (length(digest) = 64),
            dimension INTEGER NOT NULL CHECK (dimension > 0),
            file TEXT NOT NULL UNIQUE,
            UNIQUE (name, digest)
        ) STRICT;

        CREATE TABLE embeddingBatch (
            embedder INTEGER NOT NULL REFERENCES embedder (id),
            firstRow INTEGER NOT NULL CHECK (firstRow >= 0),
            rows INTEGER NOT NULL CHECK (rows > 0),
            sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
            PRIMARY KEY (embedder, firstRow)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE embedding (
            embedder INTEGER NOT NULL REFERENCES embedder (id),
            sample INTEGER NOT NULL REFERENCES sample (id),
            row INTEGER NOT NULL CHECK (row >= 0),
            PRIMARY KEY (embedder, sample)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE clusterMember (
            sample INTEGER PRIMARY KEY REFERENCES sample (id),
            cluster INTEGER NOT NULL CHECK (cluster >= -1),
            probability REAL NOT NULL CHECK (probability BETWEEN 0 AND 1)
        ) STRICT;

        CREATE TABLE neighbor (
            sample INTEGER NOT NULL REFERENCES sample (id),
            rank INTEGER NOT NULL CHECK (rank >= 0),
            neighbor INTEGER NOT NULL REFERENCES sample (id),
            similarity REAL NOT NULL CHECK (similarity BETWEEN -1.001 AND 1.001),
            PRIMARY KEY (sample, rank)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE duplicateGroup (
            id INTEGER PRIMARY KEY,
            kind TEXT NOT NULL CHECK (kind IN ('exact', 'near')),
            keep INTEGER NOT NULL REFERENCES sample (id),
            reason TEXT NOT NULL
        ) STRICT;
        CREATE TABLE duplicateMember (
            duplicateGroup INTEGER NOT NULL REFERENCES duplicateGroup (id) ON DELETE CASCADE,
            sample INTEGER NOT NULL REFERENCES sample (id),
            similarity REAL NOT NULL CHECK (similarity BETWEEN 0 AND 1),
            transform TEXT NOT NULL,
            PRIMARY KEY (duplicateGroup, sample)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE annotation (
            id INTEGER PRIMARY KEY,
            sample INTEGER NOT NULL REFERENCES sample (id),
            kind TEXT NOT NULL CHECK (kind IN ('classification', 'box')),
            category INTEGER NOT NULL REFERENCES category (id),
            geometry TEXT CHECK (geometry IS NULL OR json_valid(geometry)),
            state TEXT NOT NULL CHECK (state IN ('proposed', 'accepted', 'rejected')),
            score REAL CHECK (score BETWEEN 0 AND 1),
            source TEXT NOT NULL CHECK (length(source) > 0),
            addedBy INTEGER NOT NULL REFERENCES change (id),
            retiredBy INTEGER REFERENCES change (id),
            origin INTEGER NOT NULL REFERENCES change (id),
            CHECK ((kind = 'box') = (geometry IS NOT NULL)),
            CHECK ((state = 'proposed') = (score IS NOT NULL)),
            CHECK (retiredBy IS NULL OR retiredBy > addedBy),
            CHECK (origin <= addedBy)
        ) STRICT;
        CREATE INDEX annotation_sample ON annotation (sample) WHERE retiredBy IS NULL;
        CREATE INDEX annotation_addedBy ON annotation (addedBy);
        CREATE INDEX annotation_origin ON annotation (origin) WHERE retiredBy IS NULL;
        CREATE INDEX annotation_retiredBy ON annotation (retiredBy) WHERE retiredBy IS NOT NULL;

        CREATE TRIGGER annotation_is_retired_once BEFORE UPDATE ON annotation
        WHEN OLD.retiredBy IS NOT NULL OR NEW.retiredBy IS NULL
            OR OLD.id IS NOT NEW.id OR OLD.sample IS NOT NEW.sample OR OLD.kind IS NOT NEW.kind
            OR OLD.category IS NOT NEW.category OR OLD.geometry IS NOT NEW.geometry
            OR OLD.state IS NOT NEW.state OR OLD.score IS NOT NEW.score
            OR OLD.source IS NOT NEW.source OR OLD.addedBy IS NOT NEW.addedBy
            OR OLD.origin IS NOT NEW.origin
        BEGIN SELECT RAISE(ABORT, 'a label is never changed, only retired'); END;
        CREATE TRIGGER annotation_is_never_deleted BEFORE DELETE ON annotation
        BEGIN SELECT RAISE(ABORT, 'a label is never deleted, only retired'); END;

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
            expiresAt REAL NOT NULL
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

        CREATE TABLE version (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE CHECK (length(id) = 64),
            content TEXT NOT NULL CHECK (length(content) = 64),
            change INTEGER NOT NULL REFERENCES change (id),
            categories TEXT NOT NULL CHECK (json_valid(categories)),
            author TEXT NOT NULL,
            at TEXT NOT NULL,
            message TEXT NOT NULL,
            lineage TEXT NOT NULL CHECK (json_valid(lineage)),
            copies TEXT NOT NULL CHECK (json_valid(copies)),
            images INTEGER NOT NULL CHECK (images >= 0),
            annotations INTEGER NOT NULL CHECK (annotations >= 0)
        ) STRICT;
        CREATE INDEX version_content ON version (content);
        CREATE TABLE versionParent (
            version TEXT NOT NULL REFERENCES version (id),
            position INTEGER NOT NULL CHECK (position >= 0),
            parent TEXT NOT NULL REFERENCES version (id),
            PRIMARY KEY (version, position)
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER version_is_never_updated BEFORE UPDATE ON version
        BEGIN SELECT RAISE(ABORT, 'a version is never changed'); END;
        CREATE TRIGGER version_is_never_deleted BEFORE DELETE ON version
        BEGIN SELECT RAISE(ABORT, 'a version is never deleted'); END;

        CREATE TABLE reference (
            name TEXT PRIMARY KEY CHECK (length(name) > 0),
            kind TEXT NOT NULL CHECK (kind IN ('branch', 'tag')),
            version TEXT NOT NULL REFERENCES version (id)
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER tag_is_never_moved BEFORE UPDATE ON reference WHEN OLD.kind = 'tag'
        BEGIN SELECT RAISE(ABORT, 'a tag never moves'); END;
        CREATE TRIGGER tag_is_never_deleted BEFORE DELETE ON reference WHEN OLD.kind = 'tag'
        BEGIN SELECT RAISE(ABORT, 'a tag never moves'); END;

        CREATE VIEW v_labels AS
        SELECT annotation.id, annotation.sample, sample.path, sample.sha256, annotation.kind AS type,
            category.name AS label, annotation.geometry AS bbox, annotation.state, annotation.score,
            annotation.source
        FROM annotation
        JOIN sample ON sample.id = annotation.sample
        JOIN category ON category.id = annotation.category
        WHERE annotation.retiredBy IS NULL;

        CREATE VIEW v_images AS
        SELECT sample.id, sample.path, sample.sha256, sample.format, sample.width, sample.height,
            sample.bytes, sample.damage, sample.brightness, sample.contrast, sample.sharpness,
            sample.entropy, sample.colorfulness, sample.saturation, sample.grayness, sample.border,
            sample.jpegQuality, sample.camera, sample.capturedAt, sample.hasLocation,
            clusterMember.cluster, clusterMember.probability
        FROM sample LEFT JOIN clusterMember ON clusterMember.sample = sample.id;

        CREATE VIEW v_decisions AS
        SELECT review.id, 'r-' || review.task AS item, review.reviewer, review.decision, review.label,
            review.exceptions, reviewTask.reason,
            (SELECT count(*) FROM reviewTaskSample WHERE reviewTaskSample.task = review.task) AS images,
            review.at, review.undoneBy IS NOT NULL AS undone
        FROM review JOIN reviewTask ON reviewTask.id = review.task;
        """
}
