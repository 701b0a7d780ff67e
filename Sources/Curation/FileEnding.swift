/// What the ending of a name says about a file.
enum FileEnding {
    private static let others: Set<String> = [
        "cls", "csv", "css", "db", "htm", "html", "ini", "js", "json", "jsonl", "log", "lst", "md",
        "names", "npy", "parquet", "pdf", "py", "sh", "sqlite", "toml", "tsv", "txt", "xml", "yaml",
        "yml",
    ]
    private static let archives: Set<String> = [
        "tar", "gz", "tgz", "bz2", "tbz2", "tbz", "xz", "txz", "zst", "tzst", "zip",
    ]
    private static let pictures: Set<String> = [
        "jpg", "jpeg", "jpe", "jfif", "png", "apng", "webp", "gif", "bmp", "tif", "tiff", "heic",
        "heif", "avif", "ppm", "pgm",
    ]

    /// The letters after the last dot, in lower case; none for a name without a dot, or with one
    /// only at its start.
    static func of(_ name: some BidirectionalCollection<UInt8>) -> String {
        let slash = name.lastIndex(of: UInt8(ascii: "/"))
        let start = slash.map(name.index(after:)) ?? name.startIndex
        guard let dot = name[start...].lastIndex(of: UInt8(ascii: ".")), dot > start,
            let ending = String(validating: name[dot...].dropFirst().prefix(8), as: UTF8.self)
        else { return "" }
        return ending.lowercased()
    }

    /// Whether a file of that ending is no picture.
    static func isOther(_ ending: String) -> Bool { others.contains(ending) }

    /// Whether a file of that ending is an archive.
    static func isArchive(_ ending: String) -> Bool { archives.contains(ending) }

    /// Whether a file of that ending is a picture.
    static func isPicture(_ ending: String) -> Bool { pictures.contains(ending) }
}
