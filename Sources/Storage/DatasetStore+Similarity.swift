package import CurationCore
import GRDB

extension DatasetStore {
    /// Replaces the clustering: `samples` names the rows of `clustering`.
    package func replaceClustering(
        _ clustering: Clustering,
        samples: [Sample.ID]
    ) throws(StorageError) {
        try write { database in
            try database.execute(sql: "DELETE FROM clusterMember")
            let insert = try database.cachedStatement(
                sql: "INSERT INTO clusterMember (sample, cluster, probability) VALUES (?, ?, ?)"
            )
            for (row, sample) in samples.enumerated() {
                let probability = Double(clustering.probabilities[row])
                try insert.execute(
                    arguments: [sample, clustering.assignments[row], min(max(probability, 0), 1)]
                )
            }
        }
    }

    /// The last clustering, by sample id.
    package func clusterMembers()
        throws(StorageError) -> [(sample: Sample.ID, cluster: Int, probability: Double)]
    {
        try read { database in
            try Row.fetchAll(
                database,
                sql: "SELECT sample, cluster, probability FROM clusterMember ORDER BY sample"
            ).map { ($0["sample"], $0["cluster"], $0["probability"]) }
        }
    }

    /// Replaces the nearest neighbours: `samples` names the rows of `graph`.
    package func replaceNeighbors(
        _ graph: NeighborGraph,
        samples: [Sample.ID]
    ) throws(StorageError) {
        try write { database in
            try database.execute(sql: "DELETE FROM neighbor")
            let insert = try database.cachedStatement(
                sql: "INSERT INTO neighbor (sample, rank, neighbor, similarity) VALUES (?, ?, ?, ?)"
            )
            for row in 0..<graph.count {
                for (rank, near) in graph[row].enumerated() {
                    try insert.execute(
                        arguments: [samples[row], rank, samples[near.row], Double(near.similarity)]
                    )
                }
            }
        }
    }

    /// The nearest neighbours of a sample, nearest first.
    package func neighbors(
        of sample: Sample.ID
    ) throws(StorageError) -> [(sample: Sample.ID, similarity: Double)] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: "SELECT neighbor, similarity FROM neighbor WHERE sample = ? ORDER BY rank",
                arguments: [sample]
            ).map { ($0["neighbor"], $0["similarity"]) }
        }
    }

    /// The nearest neighbours of `samples`, by their places in that list.
    ///
    /// It is empty unless every sample has neighbours, all as many and all in the list.
    package func neighborGraph(of samples: [Sample.ID]) throws(StorageError) -> NeighborGraph {
        let places = Dictionary(uniqueKeysWithValues: samples.enumerated().map { ($1, $0) })
        return try read { database in
            var lists = [[Neighbor]](repeating: [], count: samples.count)
            let rows = try Row.fetchCursor(
                database,
                sql: "SELECT sample, neighbor, similarity FROM neighbor ORDER BY sample, rank"
            )
            while let row = try rows.next() {
                guard let place = places[row["sample"]], let near = places[row["neighbor"]] else {
                    continue
                }
                lists[place].append(
                    Neighbor(row: near, similarity: Float(row["similarity"] as Double))
                )
            }
            let k = lists.map(\.count).min() ?? 0
            guard k > 0, lists.allSatisfy({ $0.count == k }) else {
                return NeighborGraph(k: 0, neighbors: [])
            }
            return NeighborGraph(k: k, neighbors: lists.flatMap(\.self))
        }
    }

    /// What names the clustering, the neighbours and the copies as they are now, without reading them all.
    package func similarityMark() throws(StorageError) -> String {
        try read { database in
            let last = try Int64.fetchOne(database, sql: "SELECT max(id) FROM sample") ?? 0
            let ids = ColumnReader.sampled(1..<(last + 1))
            let near = try database.cachedStatement(
                sql: """
                    SELECT group_concat(neighbor || ' ' || similarity) FROM (
                        SELECT neighbor, similarity FROM neighbor WHERE sample = ? ORDER BY rank)
                    """
            )
            var parts = [try ColumnReader.groupsMark(1..<(last + 1), in: database)]
            parts += try ids.map { try String.fetchOne(near, arguments: [$0]) ?? "-" }
            parts.append(
                try String.fetchOne(database, sql: "SELECT max(sample) FROM neighbor") ?? "-"
            )
            return ContentDigest(of: parts.joined(separator: "\n")).hex
        }
    }

    /// Replaces the groups of copies.
    package func replaceDuplicates(_ groups: [DuplicateGroup]) throws(StorageError) {
        try write { database in
            try database.execute(sql: "DELETE FROM duplicateGroup")
            for (index, group) in groups.enumerated() {
                try database.execute(
                    sql: "INSERT INTO duplicateGroup (id, kind, keep, reason) VALUES (?, ?, ?, ?)",
                    arguments: [index + 1, group.kind.rawValue, group.keep, group.reason]
                )
                for member in group.members {
                    try database.execute(
                        sql: """
                            INSERT INTO duplicateMember
                                (duplicateGroup, sample, similarity, transform)
                            VALUES (?, ?, ?, ?)
                            """,
                        arguments: [
                            index + 1, member.id, min(max(member.similarity, 0), 1),
                            member.transform.rawValue,
                        ]
                    )
                }
            }
        }
    }

    /// The groups of copies, in the order in which they were kept.
    package func duplicates() throws(StorageError) -> [DuplicateGroup] {
        try read { try Self.duplicates(in: $0) }
    }

    static func duplicates(in database: Database) throws -> [DuplicateGroup] {
        let members = try Dictionary(
            grouping: Row.fetchAll(
                database,
                sql: "SELECT * FROM duplicateMember ORDER BY duplicateGroup, sample"
            ),
            by: { $0["duplicateGroup"] as Int64 }
        )
        return try Row.fetchAll(database, sql: "SELECT * FROM duplicateGroup ORDER BY id").map {
            DuplicateGroup(
                kind: try $0.value("kind"),
                keep: $0["keep"],
                reason: $0["reason"],
                members: try (members[$0["id"]] ?? []).map {
                    DuplicateGroup.Member(
                        id: $0["sample"],
                        similarity: $0["similarity"],
                        transform: try $0.value("transform")
                    )
                }
            )
        }
    }
}
