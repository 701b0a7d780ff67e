import CurationCore
import GRDB

extension ColumnReader {
    /// The labels of now with who said them and in which act; of one that was brought back that of its
    /// first saying.
    private static let labels = """
        SELECT currentLabel.sample, currentLabel.category, currentLabel.state, annotation.source,
            coalesce((SELECT change FROM annotation AS said WHERE said.id = annotation.origin),
                annotation.change)
        FROM currentLabel JOIN annotation ON annotation.id = currentLabel.revision
        WHERE currentLabel.state <> 'removed'
        """

    /// Reads all proposals and labels into columns that have none.
    func readStates(_ columns: inout PictureColumns) throws {
        columns.lastAnnotation = try AnnotationTable.last(in: database)
        try readProposals(columns.facts, &columns.states)
        columns.states.showProposals()
        columns.corrections.formUnion(try corrections(since: columns.change))
        let statement = try RawStatement(
            Self.labels + " ORDER BY currentLabel.sample, currentLabel.object",
            in: database
        )
        var texts = InternedText()
        var found: [PictureStates.CurrentLabel] = []
        var sample: Int64 = 0
        while try statement.next() {
            let next = statement.integer(0)
            if next != sample {
                try settle(sample, found, &columns)
                sample = next
                found.removeAll(keepingCapacity: true)
            }
            found.append(label(statement, columns.corrections, &texts))
        }
        try settle(sample, found, &columns)
    }

    /// Reads the labels of some pictures again.
    func settle(_ samples: [Int64], _ columns: inout PictureColumns) throws {
        guard !samples.isEmpty else { return }
        columns.corrections.formUnion(try corrections(since: columns.change))
        let statement = try RawStatement(
            Self.labels + " AND currentLabel.sample = ? ORDER BY currentLabel.object",
            in: database
        )
        var texts = InternedText()
        for sample in samples {
            statement.bind(sample, at: 1)
            var found: [PictureStates.CurrentLabel] = []
            while try statement.next() {
                found.append(label(statement, columns.corrections, &texts))
            }
            try settle(sample, found, &columns)
        }
    }

    private func settle(
        _ sample: Int64,
        _ found: [PictureStates.CurrentLabel],
        _ columns: inout PictureColumns
    ) throws {
        guard let row = columns.facts.row(of: sample) else { return }
        let runs = columns.liveRuns
        try columns.states.settle(row, found) { try proposals(of: sample, runs) }
    }

    private func label(
        _ statement: RawStatement,
        _ corrections: Set<Int64>,
        _ texts: inout InternedText
    ) -> PictureStates.CurrentLabel {
        PictureStates.CurrentLabel(
            category: UInt16(clamping: statement.integer(1)),
            isAccepted: statement.bytes(2).count == "accepted".count
                && statement.bytes(2).first == UInt8(ascii: "a"),
            source: texts.text(statement.bytes(3)),
            isCorrection: corrections.contains(statement.integer(4))
        )
    }

    private func readProposals(_ facts: PictureFacts, _ states: inout PictureStates) throws {
        let present = Set(
            try Int64.fetchAll(database, sql: "SELECT id FROM category WHERE present = 1")
        )
        let runs = try Row.fetchAll(
            database,
            sql: "SELECT run, source FROM predictionRun WHERE retiredBy IS NULL ORDER BY run"
        )
        let statement = try RawStatement(
            "SELECT sample, category, score FROM prediction WHERE run = ?",
            in: database
        )
        for run in runs {
            statement.bind(run["run"] as Int64, at: 1)
            let source = states.place(ofSource: run["source"])
            while try statement.next() {
                let category = statement.integer(1)
                guard present.contains(category), let row = facts.row(of: statement.integer(0))
                else { continue }
                states.propose(
                    UInt16(clamping: category),
                    score: Float(statement.number(2)),
                    source: source,
                    row: row
                )
            }
        }
    }

    /// The proposals of one picture in the runs that count.
    private func proposals(
        of sample: Int64,
        _ runs: [Int64]
    ) throws -> [PictureStates.OpenProposal] {
        let statement = try database.cachedStatement(
            sql: """
                SELECT prediction.category, prediction.score, predictionRun.source FROM prediction
                JOIN predictionRun ON predictionRun.run = prediction.run
                JOIN category ON category.id = prediction.category
                WHERE prediction.run = ? AND prediction.sample = ? AND category.present = 1
                ORDER BY prediction.position
                """
        )
        return try runs.flatMap { run in
            try Row.fetchAll(statement, arguments: [run, sample]).map {
                PictureStates.OpenProposal(
                    category: UInt16(clamping: $0["category"] as Int64),
                    score: Float($0["score"] as Double),
                    source: $0["source"]
                )
            }
        }
    }

    /// The acts after one in which a person said something else than was proposed.
    private func corrections(since change: Int64) throws -> Set<Int64> {
        Set(
            try Int64.fetchAll(
                database,
                sql: """
                    SELECT review.change FROM review JOIN reviewTask ON reviewTask.id = review.task
                    WHERE review.change > ?1 AND (review.decision = 'correct'
                        OR review.decision = 'accept' AND review.label <> reviewTask.label)
                    UNION ALL
                    SELECT id FROM change WHERE id > ?1 AND kind = 'label'
                        AND author GLOB 'reviewer:*' AND json_extract(
                            json_extract(payload, '$.decision'), '$.decision') IN ('label', 'edit')
                    """,
                arguments: [change]
            )
        )
    }

    /// What was said at a place in the log: of each picture the accepted labels.
    func states(at point: LogPoint, _ columns: PictureColumns) throws -> PictureStates {
        var states = PictureStates(
            isPresent: [Bool](repeating: false, count: columns.facts.count),
            isOfObjects: columns.states.isOfObjects
        )
        let members = try RawStatement(
            LogPoint.samples.replacing("sample.*", with: "sample.id", maxReplacements: 1),
            in: database
        )
        members.bind(point.change, at: 1)
        while try members.next() {
            if let row = columns.facts.row(of: members.integer(0)) { states.isPresent[row] = true }
        }
        let labels = try RawStatement(LogPoint.acceptedLabels, in: database)
        labels.bind(point.lastAnnotation, at: 1)
        var texts = InternedText()
        var found: [Int: [PictureStates.CurrentLabel]] = [:]
        while try labels.next() {
            guard let row = columns.facts.row(of: labels.integer(2)) else { continue }
            let label = PictureStates.CurrentLabel(
                category: UInt16(clamping: labels.integer(4)),
                isAccepted: true,
                source: texts.text(labels.bytes(7)),
                isCorrection: false
            )
            // A picture has one class, and may have many things.
            if states.isOfObjects {
                found[row, default: []].append(label)
            } else {
                states.settle(row, [label]) { [] }
            }
        }
        for (row, labels) in found { states.settle(row, labels) { [] } }
        return states
    }
}

/// Texts of which most are like the one before.
private struct InternedText {
    private var bytes: [UInt8] = []
    private var last = ""

    mutating func text(_ next: [UInt8]) -> String {
        if next != bytes { (bytes, last) = (next, String(decoding: next, as: UTF8.self)) }
        return last
    }
}
