import CurationCore

/// The digest over the rows that an act wrote: of each kind its name and the SHA-256 over its images,
/// each with the SHA-256 of its rows, so that the rows of one image can be erased and their digest kept.
struct RowsDigest: ~Copyable {
    private var hasher = ContentHasher()

    /// Adds all rows of a kind, in the order of their images; nothing where there are none.
    mutating func add<Logged: LoggedRow>(_ rows: [Logged]) {
        guard !rows.isEmpty else { return }
        var section = SectionDigest(Logged.section)
        for row in rows { section.add(row) }
        add(section)
    }

    /// Adds a kind of rows that was read one by one; nothing where there were none.
    mutating func add(_ section: consuming SectionDigest) {
        guard !section.isEmpty else { return }
        hasher.update([section.kind.tag])
        hasher.update(section.finishBytes())
    }

    consuming func finish() -> ContentDigest { hasher.finish() }
}

/// The digest over the rows of one kind.
struct SectionDigest: ~Copyable {
    let kind: LogSection
    private(set) var isEmpty = true
    private var groups = GroupedHasher()
    private var bytes = RowBytes()

    init(_ kind: LogSection) { self.kind = kind }

    mutating func add(_ row: some LoggedRow) {
        isEmpty = false
        bytes.start(kind.tag)
        row.write(to: &bytes)
        groups.add(bytes.words, to: row.sample)
    }

    /// Adds what is left of an image that was forgotten.
    mutating func put(_ leaf: [UInt8], for sample: Int64) {
        isEmpty = false
        groups.put(leaf, for: sample)
    }

    /// The digest of the rows of one image.
    static func leaf(of rows: [any LoggedRow]) -> [UInt8] {
        var hasher = ContentHasher()
        var bytes = RowBytes()
        for row in rows {
            bytes.start(type(of: row).section.tag)
            row.write(to: &bytes)
            hasher.update(words: bytes.words)
        }
        return hasher.finishBytes()
    }

    consuming func finishBytes() -> [UInt8] { groups.finishBytes() }
}
