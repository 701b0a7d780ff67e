import CurationCore
import GRDB

/// Reads the rows of one transaction into columns.
struct ColumnReader {
    // So many changed pictures are read faster in one go than one by one.
    private static let mostSingle = 100_000

    let database: Database

    /// Reads everything but the groups.
    func readAll(_ columns: inout PictureColumns) throws {
        let isOfObjects =
            try String.fetchOne(database, sql: "SELECT task FROM dataset")
            != LabelTask.classification.rawValue
        let isPresent = try columns.facts.readOn(in: database)
        columns.states = PictureStates(isPresent: isPresent, isOfObjects: isOfObjects)
        columns.factsGeneration += 1
        try readClasses(&columns)
        try readStates(&columns)
    }

    /// Reads what came since.
    func readOn(_ columns: inout PictureColumns) throws {
        let more = try columns.facts.readOn(in: database)
        columns.states.append(more)
        columns.clusters += [Int32](repeating: -2, count: more.count)
        columns.hasCopies += [Bool](repeating: false, count: more.count)
        let isMoved = try readMoves(&columns)
        if !more.isEmpty || isMoved { columns.factsGeneration += 1 }
        if try readMembership(&columns) { columns.factsGeneration += 1 }
        let (runs, revision) = (columns.liveRuns, columns.categoryRevision)
        try readClasses(&columns)
        let last = try AnnotationTable.last(in: database)
        let isFew = last - columns.lastAnnotation <= Self.mostSingle
        guard runs == columns.liveRuns, revision == columns.categoryRevision, isFew else {
            let isPresent = columns.states.isPresent
            let isOfObjects = columns.states.isOfObjects
            columns.states = PictureStates(isPresent: isPresent, isOfObjects: isOfObjects)
            return try readStates(&columns)
        }
        let changed = try Int64.fetchAll(
            database,
            sql: "SELECT DISTINCT sample FROM annotation WHERE id > ? AND id <= ? ORDER BY sample",
            arguments: [columns.lastAnnotation, last]
        )
        columns.lastAnnotation = last
        try settle(changed, &columns)
    }

    /// Reads the clustering and the copies, when they are others than those that are known.
    ///
    /// They are no part of the log: a hundred of their rows tell whether they were made anew.
    func readGroups(_ columns: inout PictureColumns) throws {
        let mark = try Self.groupsMark(columns.facts.ids.lazy.map { Int64($0) }, in: database)
        guard mark != columns.groupsMark || columns.clusters.count != columns.facts.count else {
            return
        }
        columns.groupsMark = mark
        columns.generation += 1
        columns.clusters = [Int32](repeating: -2, count: columns.facts.count)
        columns.hasCopies = [Bool](repeating: false, count: columns.facts.count)
        let members = try RawStatement("SELECT sample, cluster FROM clusterMember", in: database)
        while try members.next() {
            guard let row = columns.facts.row(of: members.integer(0)) else { continue }
            columns.clusters[row] = Int32(clamping: members.integer(1))
        }
        let copies = try RawStatement("SELECT sample FROM duplicateMember", in: database)
        while try copies.next() {
            if let row = columns.facts.row(of: copies.integer(0)) { columns.hasCopies[row] = true }
        }
    }

    /// What names the clustering and the copies of images: some of the rows and the numbers of them.
    static func groupsMark(
        _ ids: some RandomAccessCollection<Int64>,
        in database: Database
    ) throws -> String {
        let member = try database.cachedStatement(
            sql: "SELECT cluster || ' ' || probability FROM clusterMember WHERE sample = ?"
        )
        var parts = try sampled(ids).map {
            try String.fetchOne(member, arguments: [$0]) ?? "-"
        }
        for query in [
            "SELECT max(sample) FROM clusterMember",
            "SELECT max(id) || ' ' || count(*) || ' ' || sum(keep) FROM duplicateGroup",
            "SELECT count(*) || ' ' || sum(sample) FROM duplicateMember",
        ] {
            parts.append(try String.fetchOne(database, sql: query) ?? "-")
        }
        return ContentDigest(of: parts.joined(separator: "\n")).hex
    }

    /// Every hundredth part.
    static func sampled(_ ids: some RandomAccessCollection<Int64>) -> [Int64] {
        stride(from: 0, to: ids.count, by: max(1, ids.count / 100)).map {
            ids[ids.index(ids.startIndex, offsetBy: $0)]
        }
    }

    private func readClasses(_ columns: inout PictureColumns) throws {
        columns.categories = try Row.fetchAll(
            database,
            sql: "SELECT id, name FROM category WHERE present = 1 ORDER BY position, id"
        ).map { (UInt16(clamping: $0["id"] as Int64), $0["name"]) }
        columns.categoryRevision =
            try Int64.fetchOne(database, sql: "SELECT max(id) FROM categoryRevision") ?? 0
        columns.liveRuns = try Int64.fetchAll(
            database,
            sql: "SELECT run FROM predictionRun WHERE retiredBy IS NULL ORDER BY run"
        )
    }

    private func readMoves(_ columns: inout PictureColumns) throws -> Bool {
        let moves = try Row.fetchAll(
            database,
            sql: """
                SELECT sample.id, sample.path FROM move JOIN sample ON sample.id = move.sample
                WHERE move.change > ?
                """,
            arguments: [columns.change]
        )
        for move in moves {
            guard let row = columns.facts.row(of: move["id"]) else { continue }
            columns.facts.setPath(Array((move["path"] as String).utf8), row: row)
        }
        return !moves.isEmpty
    }

    private func readMembership(_ columns: inout PictureColumns) throws -> Bool {
        let rows = try Row.fetchAll(
            database,
            sql: "SELECT sample, present FROM membership WHERE change > ? ORDER BY id",
            arguments: [columns.change]
        )
        for found in rows {
            guard let row = columns.facts.row(of: found["sample"]) else { continue }
            columns.states.isPresent[row] = found["present"]
        }
        return !rows.isEmpty
    }
}
