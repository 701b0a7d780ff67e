-- The whole schema of `winnow.sqlite`, as of 0.1.0. A test holds a fresh store to this text.
--
-- The log is `change` and the tables whose rows name a change: `annotation`, `prediction`, `sample`,
-- `membership`, `move`, `categoryRevision`, `fieldRevision`. Their rows are never updated but for
-- `path`, `present` and `decided` of a sample, which follow from its moves, membership and labels; and
-- deleted only for a picture that was forgotten. What is current (`currentLabel`, `category`, `currentField`,
-- `sample.present` and `decided`, `predictionRun`) is kept by the same transactions and follows from the log.
--
-- To read, use the views at the end, which stay as they are: v_labels, v_images, v_decisions,
-- v_changes. Write with winnow alone: a page that another program wrote lacks its checksum.

-- What this data set is: one row. `branch` is the branch that commits go to; `merging` is the version
-- that is being merged while there are conflicts.
CREATE TABLE dataset (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    name TEXT NOT NULL CHECK (length(name) > 0),
    task TEXT NOT NULL CHECK (task IN ('classification', 'detection', 'segmentation')),
    createdAt TEXT NOT NULL,
    branch TEXT NOT NULL CHECK (length(branch) > 0),
    merging TEXT REFERENCES version (id)
) STRICT;

-- The log: one row is one act of a person, a model or an import: a batch that is undone as a whole.
-- `lastAnnotation` is the last row of `annotation` when it ended. `rows` is the SHA-256 over the rows
-- that it wrote; `digest` that over `rows`, the digest of the payload, the act, and the digest of the
-- act before. The payload can be erased, and the chain still holds.
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
-- What a person did last; the act of a name that a person gave; what can have changed who belongs.
CREATE INDEX change_personal ON change (author, id)
    WHERE kind IN ('review', 'label', 'membership', 'restore');
CREATE INDEX change_act ON change (
    author, json_extract(json_extract(payload, '$.decision'), '$.id')
) WHERE kind IN ('label', 'membership');
CREATE INDEX change_membership ON change (id)
    WHERE kind NOT IN ('predict', 'review', 'label', 'classes', 'fields');

CREATE TRIGGER change_is_never_updated BEFORE UPDATE ON change
WHEN NEW.payload IS NOT NULL OR OLD.id IS NOT NEW.id OR OLD.kind IS NOT NEW.kind
    OR OLD.author IS NOT NEW.author OR OLD.at IS NOT NEW.at
    OR OLD.payloadDigest IS NOT NEW.payloadDigest OR OLD.undoes IS NOT NEW.undoes
    OR OLD.lastAnnotation IS NOT NEW.lastAnnotation OR OLD.rows IS NOT NEW.rows
    OR OLD.digest IS NOT NEW.digest
BEGIN SELECT RAISE(ABORT, 'the log is only appended'); END;
CREATE TRIGGER change_is_never_deleted BEFORE DELETE ON change
BEGIN SELECT RAISE(ABORT, 'the log is only appended'); END;

-- The classes of now, in the order of `position`; a class that was deleted or merged away is not
-- present. Labels name the id, so that a class is renamed by one row.
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

-- Every state that a class had: the newest row of each class is the one in `category`.
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

-- One row an image. Width and height are of the upright image; modifiedAt is the file's, in seconds.
-- `archive` and `member` say which part of which archive it is, and `memberOffset` where its bytes
-- begin there when they are not compressed. `damage` says that part of the picture is missing.
-- `pixelDigest` is the SHA-256 of the upright pixels as import decodes them. `hasLocation` says that
-- the file names a place on Earth; the place itself is not kept. `present` says whether it belongs to
-- the data set now, the last word of `membership`; `decided` whether it has an accepted label.
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

-- When an image left the data set, or came back to it; it belongs to it from its import on.
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

-- Files of images that were found again elsewhere, by their bytes. `sample.path` is where the last
-- move of the image led; the digest of the import covers where it was found first.
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

-- The fields that an image can have besides its labels: licence, source, consent, and one's own.
-- `choices` is a JSON list for the type choice. One that was taken away stays, with present = 0, since
-- the log names it. The acts that made it so say it in their payloads, and so it is with exportRule.
CREATE TABLE field (
    name TEXT PRIMARY KEY CHECK (length(name) > 0),
    type TEXT NOT NULL CHECK (type IN ('text', 'number', 'boolean', 'date', 'choice')),
    choices TEXT CHECK (choices IS NULL OR json_valid(choices)),
    description TEXT,
    present INTEGER NOT NULL DEFAULT 1 CHECK (present IN (0, 1)),
    CHECK ((type = 'choice') = (choices IS NOT NULL))
) STRICT, WITHOUT ROWID;

-- Every value that a field of an image had; none where it was taken away.
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

-- The values of now.
CREATE TABLE currentField (
    sample INTEGER NOT NULL REFERENCES sample (id),
    field TEXT NOT NULL REFERENCES field (name),
    value TEXT NOT NULL,
    PRIMARY KEY (sample, field)
) STRICT, WITHOUT ROWID;
CREATE INDEX currentField_value ON currentField (field, value);

-- What keeps images out of exports: those whose field compares so with the value. `present` and
-- `absent` take none.
CREATE TABLE exportRule (
    id INTEGER PRIMARY KEY,
    field TEXT NOT NULL REFERENCES field (name),
    test TEXT NOT NULL CHECK (test IN ('equals', 'differs', 'below', 'above', 'present', 'absent')),
    value TEXT,
    reason TEXT NOT NULL CHECK (length(reason) > 0),
    UNIQUE (field, test, value),
    CHECK ((test IN ('present', 'absent')) = (value IS NULL))
) STRICT;

-- Files that could not be imported.
CREATE TABLE importFailure (
    path TEXT PRIMARY KEY CHECK (length(path) > 0),
    code TEXT NOT NULL CHECK (length(code) > 0),
    message TEXT NOT NULL CHECK (length(message) > 0),
    bytes INTEGER NOT NULL,
    modifiedAt REAL NOT NULL
) STRICT, WITHOUT ROWID;

-- Models that made vectors; the vectors are in `features/<file>`.
CREATE TABLE embedder (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    digest TEXT NOT NULL CHECK (length(digest) = 64),
    dimension INTEGER NOT NULL CHECK (dimension > 0),
    file TEXT NOT NULL UNIQUE,
    UNIQUE (name, digest)
) STRICT;

-- Rows of a feature file that were written together, with the SHA-256 of their samples and bytes.
CREATE TABLE embeddingBatch (
    embedder INTEGER NOT NULL REFERENCES embedder (id),
    firstRow INTEGER NOT NULL CHECK (firstRow >= 0),
    rows INTEGER NOT NULL CHECK (rows > 0),
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
    PRIMARY KEY (embedder, firstRow)
) STRICT, WITHOUT ROWID;

-- Which row of the feature file is the vector of a sample.
CREATE TABLE embedding (
    embedder INTEGER NOT NULL REFERENCES embedder (id),
    sample INTEGER NOT NULL REFERENCES sample (id),
    row INTEGER NOT NULL CHECK (row >= 0),
    PRIMARY KEY (embedder, sample)
) STRICT, WITHOUT ROWID;

-- The last clustering: cluster -1 is noise.
CREATE TABLE clusterMember (
    sample INTEGER PRIMARY KEY REFERENCES sample (id),
    cluster INTEGER NOT NULL CHECK (cluster >= -1),
    probability REAL NOT NULL CHECK (probability BETWEEN 0 AND 1)
) STRICT;

-- The nearest samples of each sample, rank 0 nearest.
CREATE TABLE neighbor (
    sample INTEGER NOT NULL REFERENCES sample (id),
    rank INTEGER NOT NULL CHECK (rank >= 0),
    neighbor INTEGER NOT NULL REFERENCES sample (id),
    similarity REAL NOT NULL CHECK (similarity BETWEEN -1.001 AND 1.001),
    PRIMARY KEY (sample, rank)
) STRICT, WITHOUT ROWID;

-- Groups of copies of one picture.
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

-- Labels that people gave or an import brought, each row a revision. `object` is the first revision of
-- the label, `prior` the one before; the last one counts. `origin` is the revision whose content it
-- repeats, where an undo, a restore or the like brought it back. A label that was removed has a last
-- revision that says so. `geometry` is JSON: [x, y, width, height], rings of a polygon, or COCO RLE.
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

-- The labels of now: the last revision of each, with what is asked for most; also those removed.
CREATE TABLE currentLabel (
    sample INTEGER NOT NULL REFERENCES sample (id),
    object INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    category INTEGER NOT NULL REFERENCES category (id),
    state TEXT NOT NULL,
    PRIMARY KEY (sample, object)
) STRICT, WITHOUT ROWID;
CREATE INDEX currentLabel_category ON currentLabel (category, state);

-- The runs: whose they are, and the act that replaced each. Those that none replaced are the proposals
-- of now, as far as nobody has decided the image. A prediction that stands replaces all predictions and
-- imports before it.
CREATE TABLE predictionRun (
    run INTEGER PRIMARY KEY REFERENCES change (id),
    source TEXT NOT NULL CHECK (length(source) > 0),
    retiredBy INTEGER REFERENCES change (id) CHECK (retiredBy >= run)
) STRICT;
CREATE INDEX predictionRun_live ON predictionRun (run) WHERE retiredBy IS NULL;

-- Labels that a model proposed, or an import or a merge: all those of one act are one run.
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

-- Models that proposed labels, with what is needed to name them again.
CREATE TABLE model (
    name TEXT NOT NULL,
    digest TEXT NOT NULL CHECK (length(digest) = 64),
    parameters TEXT NOT NULL CHECK (json_valid(parameters)),
    createdAt TEXT NOT NULL,
    PRIMARY KEY (name, digest)
) STRICT, WITHOUT ROWID;

-- Images that are to be accepted together once enough of them, in their random order, were looked at.
-- `level` is the probability with which more than the share `alpha` of those accepted unseen may be wrong;
-- `population` their number, `labels` that of the decided images when it was made; `audited` and `wrong`
-- what had been looked at, and found wrong, when the bound held (proven).
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

-- Its images in their random order, each with the class that it is to get.
CREATE TABLE stratumMember (
    stratum INTEGER NOT NULL REFERENCES stratum (id),
    position INTEGER NOT NULL CHECK (position >= 0),
    sample INTEGER NOT NULL REFERENCES sample (id),
    category INTEGER NOT NULL REFERENCES category (id),
    PRIMARY KEY (stratum, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX stratumMember_sample ON stratumMember (sample);

-- What was given to a person: one image or a group, with the proposals that were shown.
-- `expiresAt` is in seconds since 1970; `change` is the last act before it was given out; `conflict` is
-- what it is about, where a merge asks. `stratum` is whose other members of the class are accepted with
-- those that are shown. `purpose` is what its decision does: becomes the label, stands beside those of
-- others, settles what they did not agree on, or is compared with an answer that is known.
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
    conflict INTEGER REFERENCES conflict (id),
    stratum INTEGER REFERENCES stratum (id),
    purpose TEXT NOT NULL DEFAULT 'decide'
        CHECK (purpose IN ('decide', 'opinion', 'adjudication', 'honeypot'))
) STRICT;
CREATE INDEX reviewTask_leased ON reviewTask (expiresAt) WHERE state = 'leased';
CREATE INDEX reviewTask_purpose ON reviewTask (purpose) WHERE purpose <> 'decide';
CREATE TABLE reviewTaskSample (
    task INTEGER NOT NULL REFERENCES reviewTask (id),
    position INTEGER NOT NULL CHECK (position >= 0),
    sample INTEGER NOT NULL REFERENCES sample (id),
    PRIMARY KEY (task, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX reviewTaskSample_sample ON reviewTaskSample (sample);

-- What people decided. `submission` is the reviewer's own name for it, so that sending twice counts
-- once; `content` is what was sent.
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

-- How many people look at an image, and how their answers become one label: one row of JSON, or none.
CREATE TABLE reviewPolicy (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    content TEXT NOT NULL CHECK (json_valid(content))
) STRICT;

-- Images whose class is known: given to every reviewer once, to see how often they are right.
CREATE TABLE honeypot (
    sample INTEGER PRIMARY KEY REFERENCES sample (id),
    category INTEGER NOT NULL REFERENCES category (id)
) STRICT;

-- Whose images are whose: a cluster, or those with a value in a field, are offered to these reviewers only.
CREATE TABLE assignment (
    id INTEGER PRIMARY KEY,
    reviewer TEXT NOT NULL CHECK (length(reviewer) > 0),
    cluster INTEGER,
    field TEXT,
    value TEXT,
    CHECK ((cluster IS NULL) = (field IS NOT NULL) AND (field IS NULL) = (value IS NULL))
) STRICT;

-- Images that somebody wants looked at again, and what people say about images.
CREATE TABLE flag (
    sample INTEGER PRIMARY KEY REFERENCES sample (id),
    reviewer TEXT NOT NULL CHECK (length(reviewer) > 0),
    at TEXT NOT NULL
) STRICT;
CREATE TABLE comment (
    id INTEGER PRIMARY KEY,
    sample INTEGER NOT NULL REFERENCES sample (id),
    reviewer TEXT NOT NULL CHECK (length(reviewer) > 0),
    text TEXT NOT NULL CHECK (length(text) BETWEEN 1 AND 4000),
    at TEXT NOT NULL
) STRICT;
CREATE INDEX comment_sample ON comment (sample);

-- What a merge could not decide: the label that both sides changed, each in its own way, as JSON;
-- NULL where a side has none. It is open until a person decides the image.
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

-- Groups of copies as they were known when versions were made, by the SHA-256 of their text.
CREATE TABLE copies (
    digest TEXT PRIMARY KEY CHECK (length(digest) = 64),
    groups TEXT NOT NULL CHECK (json_valid(groups))
) STRICT, WITHOUT ROWID;

-- Immutable states of the labels. `content` is the digest of pictures, labels and classes: the
-- same on any machine. `id` is the digest of that, the parents, author, time, message and lineage.
-- The state is that of the log up to `change`. `copies` are the groups of copies as they were known,
-- so that later exports split the same way.
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

-- Names of versions: a branch moves with each commit, a tag never moves.
CREATE TABLE reference (
    name TEXT PRIMARY KEY CHECK (length(name) > 0),
    kind TEXT NOT NULL CHECK (kind IN ('branch', 'tag')),
    version TEXT NOT NULL REFERENCES version (id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER tag_is_never_moved BEFORE UPDATE ON reference WHEN OLD.kind = 'tag'
BEGIN SELECT RAISE(ABORT, 'a tag never moves'); END;
CREATE TRIGGER tag_is_never_deleted BEFORE DELETE ON reference WHEN OLD.kind = 'tag'
BEGIN SELECT RAISE(ABORT, 'a tag never moves'); END;

-- What the content digest is made of, as of the act `change`: a leaf for each image, the SHA-256 over
-- its bytes' digest and its labels, and a bucket for each first two bytes of leaves. So a commit reads
-- what has changed and no more. All of it can be computed again.
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

-- Images that were forgotten. Their rows are gone from all tables; the digests that those had stand
-- here, so that the log and the versions still verify.
CREATE TABLE tombstone (
    sample INTEGER PRIMARY KEY,
    change INTEGER NOT NULL REFERENCES change (id)
) STRICT;
-- For an act of the log, by the kind of its rows, the digest of those about the image.
CREATE TABLE tombstoneRows (
    change INTEGER NOT NULL REFERENCES change (id),
    section TEXT NOT NULL,
    sample INTEGER NOT NULL REFERENCES tombstone (sample),
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    PRIMARY KEY (change, section, sample)
) STRICT, WITHOUT ROWID;
-- For a version, the leaf of the image.
CREATE TABLE tombstoneLeaf (
    version TEXT NOT NULL REFERENCES version (id),
    sample INTEGER NOT NULL REFERENCES tombstone (sample),
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    labels INTEGER NOT NULL,
    PRIMARY KEY (version, sample)
) STRICT, WITHOUT ROWID;

-- For people: the labels of now, with the words of the command line.
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

-- For people: the images of now, with their cluster.
CREATE VIEW v_images AS
SELECT sample.id, sample.path, sample.sha256, sample.format, sample.width, sample.height,
    sample.bytes, sample.damage, sample.brightness, sample.contrast, sample.sharpness,
    sample.entropy, sample.colorfulness, sample.saturation, sample.grayness, sample.border,
    sample.jpegQuality, sample.camera, sample.capturedAt, sample.hasLocation,
    clusterMember.cluster, clusterMember.probability
FROM sample LEFT JOIN clusterMember ON clusterMember.sample = sample.id
WHERE sample.present = 1;

-- For people: who decided what, and when.
CREATE VIEW v_decisions AS
SELECT review.id, 'r-' || review.task AS item, review.reviewer, review.decision, review.label,
    review.exceptions, reviewTask.reason,
    (SELECT count(*) FROM reviewTaskSample WHERE reviewTaskSample.task = review.task) AS images,
    review.at, review.undoneBy IS NOT NULL AS undone
FROM review JOIN reviewTask ON reviewTask.id = review.task;

-- For people: the log, an act a row, with the batch that `winnow undo` takes.
CREATE VIEW v_changes AS
SELECT 'b-' || change.id AS batch, change.kind, change.author, change.at,
    json_extract(change.payload, '$.message') AS message, 'b-' || change.undoes AS undoes,
    change.lastAnnotation - coalesce(
        (SELECT earlier.lastAnnotation FROM change AS earlier WHERE earlier.id = change.id - 1), 0
    ) AS labels
FROM change;
