/// Names of files inside an export: relative, plain, and never out of the folder.
enum ExportPath {
    /// Whether `path` is one or more names of letters, digits, `.`, `_` and `-` that do not start
    /// with a dot, joined by `/`.
    static func isSafe(_ path: String) -> Bool {
        let names = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return names.allSatisfy { name in
            guard let first = name.first, first != UInt8(ascii: "."), name.count <= 255 else {
                return false
            }
            return name.allSatisfy(isPlain)
        }
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
