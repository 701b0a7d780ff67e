import Export

/// Reads an export again and holds it to its manifest.
public struct ExportVerifyStage: Sendable {
    /// What a check found.
    public struct Report: Sendable, Codable {
        /// Whether nothing was found.
        public let ok: Bool
        /// A sentence for each problem.
        public let problems: [String]
        /// Files that were read.
        public let files: Int
        /// Pictures that were found in them.
        public let samples: Int
    }

    /// Creates the stage.
    public init() {}

    /// Checks sizes, digests, the structure of archives, and that no picture is in two splits.
    ///
    /// - Throws: `CurationError.input` when there is no export in the folder.
    public func run(_ folder: String) throws -> Report {
        try rephrasing { () throws in
            let check = try ExportVerification(path: folder)
            return Report(
                ok: check.problems.isEmpty,
                problems: check.problems,
                files: check.filesChecked,
                samples: check.samplesChecked
            )
        }
    }
}
