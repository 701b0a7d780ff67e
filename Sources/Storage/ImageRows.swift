import GRDB

/// A row of `membership`: an image leaves the data set, or comes back.
struct MembershipRow: LoggedRow {
    let sample: Int64
    let isPresent: Bool

    static let section = LogSection.membership

    func write(to bytes: inout RowBytes) {
        bytes.add(sample)
        bytes.add(isPresent ? Int64(1) : 0)
    }

    func insert(change: Int64, in database: Database) throws {
        try database.cachedStatement(
            sql: "INSERT INTO membership (sample, present, change) VALUES (?, ?, ?)"
        ).execute(arguments: [sample, isPresent, change])
        try database.cachedStatement(sql: "UPDATE sample SET present = ? WHERE id = ?")
            .execute(arguments: [isPresent, sample])
    }
}

/// A row of `move`.
struct MoveRow: LoggedRow {
    let sample: Int64
    let from: String
    let to: String

    static let section = LogSection.move

    init(sample: Int64, from: String, to: String) {
        self.sample = sample
        self.from = from
        self.to = to
    }

    init(_ row: Row) {
        self.init(sample: row["sample"], from: row["fromPath"], to: row["toPath"])
    }

    func write(to bytes: inout RowBytes) {
        bytes.add(sample)
        bytes.add(from)
        bytes.add(to)
    }

    func insert(change: Int64, in database: Database) throws {
        try database.execute(
            sql: "INSERT INTO move (sample, fromPath, toPath, change) VALUES (?, ?, ?, ?)",
            arguments: [sample, from, to, change]
        )
    }
}

/// A row of `fieldRevision`: a field of an image gets a value, or loses it.
struct FieldRow: LoggedRow {
    let sample: Int64
    let field: String
    let value: String?

    static let section = LogSection.field

    func write(to bytes: inout RowBytes) {
        bytes.add(sample)
        bytes.add(field)
        bytes.add(value)
    }

    func insert(change: Int64, in database: Database) throws {
        try database.cachedStatement(
            sql: "INSERT INTO fieldRevision (sample, field, value, change) VALUES (?, ?, ?, ?)"
        ).execute(arguments: [sample, field, value, change])
        guard let value else {
            return try database.cachedStatement(
                sql: "DELETE FROM currentField WHERE sample = ? AND field = ?"
            ).execute(arguments: [sample, field])
        }
        try database.cachedStatement(
            sql: "INSERT OR REPLACE INTO currentField (sample, field, value) VALUES (?, ?, ?)"
        ).execute(arguments: [sample, field, value])
    }
}
