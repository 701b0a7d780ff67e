/// The SQL of the step "0.1.0: several reviewers"; frozen once released.
enum SchemaStepReviewers {
    static let sql = """
        ALTER TABLE reviewTask ADD COLUMN purpose TEXT NOT NULL DEFAULT 'decide'
            CHECK (purpose IN ('decide', 'opinion', 'adjudication', 'honeypot'));
        CREATE INDEX reviewTask_purpose ON reviewTask (purpose) WHERE purpose <> 'decide';

        CREATE TABLE reviewPolicy (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            content TEXT NOT NULL CHECK (json_valid(content))
        ) STRICT;

        CREATE TABLE honeypot (
            sample INTEGER PRIMARY KEY REFERENCES sample (id),
            category INTEGER NOT NULL REFERENCES category (id)
        ) STRICT;

        CREATE TABLE assignment (
            id INTEGER PRIMARY KEY,
            reviewer TEXT NOT NULL CHECK (length(reviewer) > 0),
            cluster INTEGER,
            field TEXT,
            value TEXT,
            CHECK ((cluster IS NULL) = (field IS NOT NULL) AND (field IS NULL) = (value IS NULL))
        ) STRICT;

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

        CREATE INDEX change_personal ON change (author, id)
            WHERE kind IN ('review', 'label', 'membership', 'restore');
        CREATE INDEX change_act ON change (
            author, json_extract(json_extract(payload, '$.decision'), '$.id')
        ) WHERE kind IN ('label', 'membership');
        CREATE INDEX change_membership ON change (id)
            WHERE kind NOT IN ('predict', 'review', 'label', 'classes', 'fields');
        """
}
