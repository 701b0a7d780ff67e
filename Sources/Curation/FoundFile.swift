/// A file that an import looks at.
package struct FoundFile: Sendable {
    /// Absolute, as the store keeps it: a text of `PathText`.
    package let path: String
    /// The size in bytes.
    package let bytes: Int
    /// When it was changed last, in seconds since 1970.
    package let modifiedAt: Double
    /// Whether it is a link, which was seen to lead to a file inside the source.
    package let isLink: Bool

    // Where the part of the path below the source starts; kept as a number because a million of
    // these are held at once.
    private let relativeStart: Int32

    init(path: String, relativeStart: Int, facts: FileFacts, isLink: Bool) {
        self.path = path
        self.relativeStart = Int32(relativeStart)
        self.isLink = isLink
        bytes = facts.bytes
        modifiedAt = facts.modifiedAt
    }

    /// The path below the source that it was found in, `/` between the parts.
    package var relativePath: String {
        String(Substring(path.utf8.dropFirst(Int(relativeStart))))
    }
}

extension [FoundFile] {
    /// Sorts by the bytes of the paths, keeps one of each path, and says how many were left out.
    mutating func unify() -> Int {
        let isRising = zip(self, dropFirst()).allSatisfy {
            PosixFiles.precedes($0.path, $1.path)
        }
        guard !isRising else { return 0 }
        sort { PosixFiles.precedes($0.path, $1.path) }
        let count = count
        var kept = 0
        for index in indices {
            if kept > 0, PosixFiles.isSame(self[kept - 1].path, self[index].path) { continue }
            swapAt(kept, index)
            kept += 1
        }
        removeSubrange(kept...)
        return count - kept
    }
}
