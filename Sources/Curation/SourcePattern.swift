/// A pattern that names many paths: braces as in `shard-{000000..000099}.tar` and `{train,val}`,
/// and `*`, `?`, `[a-z]` and `**` for what is there.
///
/// A shell expands patterns itself unless they are quoted, which they must be when there are too
/// many names for one command line.
struct SourcePattern {
    private static let most = 1_000_000
    private static let star = UInt8(ascii: "*")
    private static let question = UInt8(ascii: "?")
    private static let bracket = UInt8(ascii: "[")
    private static let dot = UInt8(ascii: ".")

    /// A path that a pattern means.
    struct Match {
        let path: [UInt8]
        /// The folder before the first wild card, without links, which a match must not leave; none
        /// for a path that was written out.
        let root: [UInt8]?
    }

    /// The paths that a pattern means, in their order; nil when it has no sign of a pattern.
    ///
    /// Braces are expanded whether the files are there or not, as a shell does.
    static func expand(_ pattern: [UInt8]) throws -> [Match]? {
        let texts = try braces(of: pattern)
        guard texts.count > 1 || texts[0] != pattern || isWild(pattern) else { return nil }
        return try texts.flatMap { text in
            isWild(text) ? try matches(of: text) : [Match(path: text, root: nil)]
        }
    }

    private static func isWild(_ pattern: some Collection<UInt8>) -> Bool {
        pattern.contains { $0 == star || $0 == question || $0 == bracket }
    }

    // MARK: - Braces

    private static func braces(of pattern: [UInt8]) throws -> [[UInt8]] {
        var found: [[UInt8]] = [[]]
        var rest = pattern[...]
        while let open = rest.firstIndex(of: UInt8(ascii: "{")),
            let close = rest[open...].firstIndex(of: UInt8(ascii: "}"))
        {
            let inner = Array(rest[(open + 1)..<close])
            let choices = try range(inner) ?? list(inner) ?? [Array(rest[open...close])]
            guard found.count * choices.count <= most else {
                throw CurationError.input("the pattern means more than \(most) paths: split it")
            }
            let before = rest[..<open]
            found = found.flatMap { start in choices.map { start + before + $0 } }
            rest = rest[(close + 1)...]
        }
        return found.map { $0 + rest }
    }

    private static func list(_ inner: [UInt8]) -> [[UInt8]]? {
        let comma = UInt8(ascii: ",")
        guard inner.contains(comma) else { return nil }
        return inner.split(separator: comma, omittingEmptySubsequences: false).map { Array($0) }
    }

    // Numbers with as many digits as the first one has.
    private static func range(_ inner: [UInt8]) throws -> [[UInt8]]? {
        let parts = inner.split(separator: dot, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[1].isEmpty, let first = number(parts[0]),
            let last = number(parts[2])
        else { return nil }
        guard abs(last - first) < most else {
            throw CurationError.input("the pattern means more than \(most) paths: split it")
        }
        let width = parts[0].count
        return stride(from: first, through: last, by: first <= last ? 1 : -1).map { value in
            let digits = Array(String(value).utf8)
            return Array(repeating: UInt8(ascii: "0"), count: max(0, width - digits.count)) + digits
        }
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        guard (1...15).contains(digits.count),
            digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        return Int(String(decoding: digits, as: UTF8.self))
    }

    // MARK: - Wild cards

    private static func matches(of pattern: [UInt8]) throws -> [Match] {
        let slash = SourcePath.slash
        let isAbsolute = pattern.first == slash
        var parts: [ArraySlice<UInt8>] = []
        for part in pattern.split(separator: slash) {
            // Two of them in a row mean the same as one.
            if isDeep(part), let last = parts.last, isDeep(last) { continue }
            parts.append(part)
        }
        var found: [[UInt8]] = []
        try collect(parts[...], from: isAbsolute ? [slash] : [], into: &found)
        guard !found.isEmpty else {
            let text = String(decoding: pattern, as: UTF8.self)
            throw CurationError.input("nothing fits the pattern \(text): check it")
        }
        let named = parts.prefix { !isWild($0) }.joined(separator: [slash])
        let start = (isAbsolute ? [slash] : []) + named
        let root = try? PosixFiles.resolved(start.isEmpty ? [dot] : start)
        return found.sorted { $0.lexicographicallyPrecedes($1) }
            .map { Match(path: $0, root: root) }
    }

    private static func isDeep(_ part: ArraySlice<UInt8>) -> Bool { Array(part) == [star, star] }

    private static func join(_ folder: [UInt8], _ name: some Collection<UInt8>) -> [UInt8] {
        folder.isEmpty || folder.last == SourcePath.slash ? folder + name : folder + [0x2F] + name
    }

    private static func collect(
        _ parts: ArraySlice<ArraySlice<UInt8>>,
        from folder: [UInt8],
        into found: inout [[UInt8]]
    ) throws {
        guard let part = parts.first else {
            guard found.count < most else {
                throw CurationError.input("the pattern means more than \(most) paths: split it")
            }
            found.append(folder)
            return
        }
        let rest = parts.dropFirst()
        guard isWild(part) else {
            let path = join(folder, part)
            if (try? PosixFiles.facts(path, followingLinks: true)) != nil {
                try collect(rest, from: path, into: &found)
            }
            return
        }
        let isDeep = isDeep(part)
        if isDeep, !rest.isEmpty { try collect(rest, from: folder, into: &found) }
        let place = folder.isEmpty ? [dot] : folder
        guard let entries = try? OpenFolder(place).entries() else { return }
        for entry in entries where isDeep || fits(entry.name[...], part) {
            guard entry.name.first != dot || part.first == dot else { continue }
            let path = join(folder, entry.name)
            if isDeep {
                // Links to folders are not gone into, so there is no way round in a circle.
                let facts = try? PosixFiles.facts(path, followingLinks: false)
                if facts?.kind == .folder {
                    try collect(parts, from: path, into: &found)
                } else if rest.isEmpty {
                    found.append(path)
                }
            } else {
                try collect(rest, from: path, into: &found)
            }
        }
    }

    /// Whether a name fits a part of a pattern, in a time that grows with the product of their
    /// lengths.
    static func fits(_ name: ArraySlice<UInt8>, _ pattern: ArraySlice<UInt8>) -> Bool {
        var (at, place) = (name.startIndex, pattern.startIndex)
        var retry: (name: Int, pattern: Int)?
        while at < name.endIndex {
            if place < pattern.endIndex, pattern[place] == star {
                place += 1
                retry = (at, place)
            } else if let next = step(name[at], pattern[place...]) {
                at += 1
                place = next
            } else if let last = retry {
                // The last star takes one byte more.
                retry = (last.name + 1, last.pattern)
                (at, place) = (last.name + 1, last.pattern)
            } else {
                return false
            }
        }
        return pattern[place...].allSatisfy { $0 == star }
    }

    // Where the pattern goes on after it took one byte; nil when it does not take it.
    private static func step(_ byte: UInt8, _ pattern: ArraySlice<UInt8>) -> Int? {
        guard let first = pattern.first else { return nil }
        if first == question { return pattern.startIndex + 1 }
        let start = pattern.startIndex + 1
        // A bracket may be the first in the set that it opens, and one that is never closed is
        // itself.
        guard first == bracket, start < pattern.endIndex,
            let end = pattern[(start + 1)...].dropFirst(isNegation(pattern[start]) ? 1 : 0)
                .firstIndex(of: UInt8(ascii: "]"))
        else { return first == byte ? start : nil }
        var set = pattern[start..<end]
        let isNegative = set.first.map(isNegation) ?? false
        if isNegative { set = set.dropFirst() }
        return contains(set, byte) != isNegative ? end + 1 : nil
    }

    private static func isNegation(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "!") || byte == UInt8(ascii: "^")
    }

    private static func contains(_ set: ArraySlice<UInt8>, _ byte: UInt8) -> Bool {
        var rest = set
        while let first = rest.popFirst() {
            if rest.count > 1, rest.first == UInt8(ascii: "-") {
                let last = rest[rest.startIndex + 1]
                rest = rest.dropFirst(2)
                if first <= byte, byte <= last { return true }
            } else if first == byte {
                return true
            }
        }
        return false
    }
}
