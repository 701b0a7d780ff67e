import CurationCore

extension ImportStage {
    /// What an import did.
    public struct Report: Sendable, Codable {
        /// Files and members of archives that were looked at.
        public var found = 0
        /// Files that are neither known nor failed before, so that they are read.
        ///
        /// Members of archives are counted only as they come.
        public var pending = 0
        /// Images that are new in the data set.
        public var imported = 0
        /// Files that were there already, not changed since.
        public var unchanged = 0
        /// Images that were there already, under a path where they are no more.
        public var moved = 0
        /// Files that are there already but hold another picture now; the data set keeps the old one.
        public var changed = 0
        /// Images that are there already and whose file is gone.
        public var vanished = 0
        /// New images with the same bytes as another.
        public var exactDuplicates = 0
        /// New images of which a part is missing; they have the issue `truncated`.
        public var damaged = 0
        /// Files that could not be imported; `winnow failures` lists them.
        public var failed = 0
        /// The same by the code of the reason.
        public var failedByCode: [String: Int] = [:]
        /// Files that are no pictures by their ending.
        public var ignored = 0
        /// Archives that lie in a folder; they are read only when they are named.
        public var archivesPassed = 0
        /// New images that have got their vectors on the way.
        public var embedded = 0
        /// How long it took.
        public var seconds = 0.0
        /// Images read a second.
        public var imagesPerSecond = 0.0

        enum CodingKeys: String, CodingKey {
            case found, pending, imported, unchanged, moved, changed, vanished, damaged, failed
            case ignored, embedded, seconds
            case exactDuplicates = "exact_duplicates"
            case failedByCode = "failed_by_code"
            case archivesPassed = "archives_passed"
            case imagesPerSecond = "images_per_second"
        }

        /// Counts files that failed.
        mutating func count(_ number: Int = 1, failed code: ImportFailure.Code) {
            failed += number
            failedByCode[code.rawValue, default: 0] += number
        }
    }
}
