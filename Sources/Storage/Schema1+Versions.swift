/// The SQL of schema 0.1.0: versions, tombstones and views; frozen once released.
enum Schema1Versions {
    static let sql = """
        CREATE TABLE copies (
            digest TEXT PRIMARY KEY CHECK (length(digest) = 64),
            groups TEXT NOT NULL CHECK (json_valid(groups))
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE version (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE CHECK (length(id) = 64),
            content TEXT NOT NULL CHECK (length(content) = 64),
            change INTEGER NOT NULL REFERENCES change (id),
            branch TEXT NOT NULL CHECK (length(branch) > 0),
            categories TEXT NOT NULL CHECK (json_valid(categories)),
            author TEXT NOT NULL,
            at TEXT NOT NULL,
            message TEXT NOT NULL,
            lineage TEXT NOT NULL CHECK (json_valid(lineage)),
            copies TEXT NOT NULL REFERENCES copies (digest),
            images INTEGER NOT NULL CHECK (images >= 0),
            annotations INTEGER NOT NULL CHECK (annotations >= 0)
        ) STRICT;
        CREATE INDEX version_content ON version (content);
        CREATE INDEX version_change ON version (change);
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

        CREATE TABLE contentState (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            change INTEGER NOT NULL REFERENCES change (id),
            images INTEGER NOT NULL,
            annotations INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE contentLeaf (
            sample INTEGER PRIMARY KEY,
            digest BLOB NOT NULL CHECK (length(digest) = 32),
            labels INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX contentLeaf_digest ON contentLeaf (digest);
        CREATE TABLE contentBucket (
            bucket INTEGER PRIMARY KEY CHECK (bucket BETWEEN 0 AND 65535),
            digest BLOB NOT NULL CHECK (length(digest) = 32)
        ) STRICT;

        CREATE TABLE tombstone (
            sample INTEGER PRIMARY KEY,
            change INTEGER NOT NULL REFERENCES change (id)
        ) STRICT;
        CREATE TABLE tombstoneRows (
            change INTEGER NOT NULL REFERENCES change (id),
            section TEXT NOT NULL,
            sample INTEGER NOT NULL REFERENCES tombstone (sample),
            digest BLOB NOT NULL CHECK (length(digest) = 32),
            PRIMARY KEY (change, section, sample)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE tombstoneLeaf (
            version TEXT NOT NULL REFERENCES version (id),
            sample INTEGER NOT NULL REFERENCES tombstone (sample),
            digest BLOB NOT NULL CHECK (length(digest) = 32),
            labels INTEGER NOT NULL,
            PRIMARY KEY (version, sample)
        ) STRICT, WITHOUT ROWID;

        CREATE VIEW v_labels AS
        SELECT 'a-' || annotation.object AS id, annotation.sample, sample.path, sample.sha256,
            annotation.kind AS type, category.name AS label, annotation.geometry, annotation.state,
            NULL AS score, annotation.source
        FROM currentLabel
        JOIN annotation ON annotation.id = currentLabel.revision
        JOIN sample ON sample.id = annotation.sample
        JOIN category ON category.id = annotation.category
        WHERE currentLabel.state <> 'removed' AND sample.present = 1
        UNION ALL
        SELECT 'p-' || prediction.run || '-' || prediction.sample || '-' || prediction.position,
            prediction.sample, sample.path, sample.sha256, prediction.kind, category.name,
            prediction.geometry, 'proposed', prediction.score, predictionRun.source
        FROM predictionRun
        JOIN prediction ON prediction.run = predictionRun.run
        JOIN sample ON sample.id = prediction.sample
        JOIN category ON category.id = prediction.category
        WHERE predictionRun.retiredBy IS NULL AND sample.present = 1 AND sample.decided = 0
            AND category.present = 1 AND NOT EXISTS (
                SELECT 1 FROM currentLabel
                WHERE currentLabel.sample = prediction.sample AND currentLabel.state = 'rejected'
                    AND currentLabel.category = prediction.category);

        CREATE VIEW v_images AS
        SELECT sample.id, sample.path, sample.sha256, sample.format, sample.width, sample.height,
            sample.bytes, sample.damage, sample.brightness, sample.contrast, sample.sharpness,
            sample.entropy, sample.colorfulness, sample.saturation, sample.grayness, sample.border,
            sample.jpegQuality, sample.camera, sample.capturedAt, sample.hasLocation,
            clusterMember.cluster, clusterMember.probability
        FROM sample LEFT JOIN clusterMember ON clusterMember.sample = sample.id
        WHERE sample.present = 1;

        CREATE VIEW v_decisions AS
        SELECT review.id, 'r-' || review.task AS item, review.reviewer, review.decision, review.label,
            review.exceptions, reviewTask.reason,
            (SELECT count(*) FROM reviewTaskSample WHERE reviewTaskSample.task = review.task) AS images,
            review.at, review.undoneBy IS NOT NULL AS undone
        FROM review JOIN reviewTask ON reviewTask.id = review.task;

        CREATE VIEW v_changes AS
        SELECT 'b-' || change.id AS batch, change.kind, change.author, change.at,
            json_extract(change.payload, '$.message') AS message, 'b-' || change.undoes AS undoes,
            change.lastAnnotation - coalesce(
                (SELECT earlier.lastAnnotation FROM change AS earlier WHERE earlier.id = change.id - 1), 0
            ) AS labels
        FROM change;
        """
}
