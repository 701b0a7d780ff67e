import CurationCore
import History
import Storage

/// Checks that everything in the data set is what was written.
public struct VerifyStage: Sendable {
    /// What a check found.
    public struct Report: Sendable, Codable {
        /// Whether nothing was found.
        public let ok: Bool
        /// A sentence for each problem.
        public let problems: [String]
        /// Tables of the current state that were not what the log says, and were made again.
        public var rebuilt: [String] = []
    }

    private let dataset: Dataset

    /// Creates the stage.
    public init(dataset: Dataset) { self.dataset = dataset }

    /// Checks the database, the log's chain, the vectors, the copies of pictures that the data set holds,
    /// and the digest of every version.
    ///
    /// - Throws: `CurationError.storage` when the store cannot be read at all.
    public func run() throws -> Report {
        try rephrasing { () throws in
            var problems = try dataset.store.verifyDatabase()
            problems += try dataset.store.verifyFeatureFiles()
            problems += try copyProblems()
            problems += try dataset.store.alteredVersions().map {
                "version \($0.hex.prefix(12)): its content was altered"
            }
            for version in try dataset.store.versions() {
                if let copies = version.lineage["copies"],
                    try dataset.store.duplicates(at: version).digest.hex != copies
                {
                    problems.append(
                        "version \(version.id.hex.prefix(12)): its groups of copies were altered"
                    )
                }
                let id = VersionDigest.id(
                    content: version.content,
                    parents: version.parents,
                    branch: version.branch,
                    author: version.author,
                    at: version.at,
                    message: version.message,
                    lineage: version.lineage
                )
                if id != version.id {
                    problems.append("version \(version.id.hex.prefix(12)): its commit was altered")
                }
            }
            return Report(ok: problems.isEmpty, problems: problems)
        }
    }

    /// Makes what is current again from the log where it is not what the log says, then checks all.
    ///
    /// - Throws: `CurationError.storage`, `.busy`.
    public func rebuild() throws -> Report {
        let rebuilt = try rephrasing { () throws in try dataset.store.rebuildCurrentState() }
        var report = try run()
        report.rebuilt = rebuilt
        return report
    }

    private func copyProblems() throws -> [String] {
        let copies = PictureCopies(folder: dataset.folder)
        let samples = try dataset.store.samples()
        return WorkerPool.map(samples) { copies.problem(of: $0) }.compactMap(\.self)
    }
}
