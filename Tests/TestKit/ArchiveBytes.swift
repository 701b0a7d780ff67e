/// A member of an archive that a test builds.
package struct MemberBytes: Sendable {
    package var name: [UInt8]
    package var bytes: [UInt8]
    /// The type flag of tar; `0` for a plain file.
    package var type = UInt8(ascii: "0")
    /// What a link leads to.
    package var target: [UInt8] = []

    /// A plain file.
    package init(_ name: some Sequence<UInt8>, _ bytes: [UInt8]) {
        self.name = Array(name)
        self.bytes = bytes
    }

    /// A plain file.
    package init(_ name: String, _ bytes: [UInt8]) { self.init(name.utf8, bytes) }
}

/// Builds archives byte by byte, so that they can hold what no tool would write.
package enum ArchiveBytes {
    /// How a tar says names that its header has no room for.
    package enum TarNames: Sendable {
        /// A member `././@LongLink` before it.
        case gnu
        /// A pax record for every name.
        case pax
    }

    /// A tar of `members`.
    package static func tar(_ members: [MemberBytes], names: TarNames = .gnu) -> [UInt8] {
        var all: [UInt8] = []
        for member in members {
            switch names {
            case .gnu where member.name.count > 100:
                let long = MemberBytes("././@LongLink", member.name + [0])
                all += block(long, type: UInt8(ascii: "L")) + padded(long.bytes)
            case .gnu: break
            case .pax:
                let records = MemberBytes("PaxHeader", record("path", member.name))
                all += block(records, type: UInt8(ascii: "x")) + padded(records.bytes)
            }
            all += block(member, type: member.type) + padded(member.bytes)
        }
        return all + [UInt8](repeating: 0, count: 1024)
    }

    private static func record(_ key: String, _ value: [UInt8]) -> [UInt8] {
        let body = Array(" \(key)=".utf8) + value + [0x0A]
        var length = body.count
        while String(length).utf8.count + body.count != length { length += 1 }
        return Array(String(length).utf8) + body
    }

    private static func padded(_ bytes: [UInt8]) -> [UInt8] {
        bytes + [UInt8](repeating: 0, count: (512 - bytes.count % 512) % 512)
    }

    private static func block(_ member: MemberBytes, type: UInt8) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: 512)
        func put(_ text: some Sequence<UInt8>, at offset: Int) {
            for (index, byte) in text.enumerated() { block[offset + index] = byte }
        }
        func octal(_ value: Int, _ width: Int) -> [UInt8] {
            let digits = String(value, radix: 8)
            return Array((String(repeating: "0", count: width - digits.count) + digits).utf8)
        }
        put(member.name.prefix(100), at: 0)
        put(octal(0o644, 7), at: 100)
        put(octal(member.bytes.count, 11), at: 124)
        put(octal(1_700_000_000, 11), at: 136)
        put(Array("        ".utf8), at: 148)
        block[156] = type
        put(member.target.prefix(100), at: 157)
        put(Array("ustar\u{0}00".utf8), at: 257)
        put(octal(block.reduce(0) { $0 + Int($1) }, 6) + [0, 0x20], at: 148)
        return block
    }

    /// A zip of `members`, not compressed, with names that may be marked as UTF-8 and members that
    /// may be marked as needing a password.
    package static func zip(
        _ members: [MemberBytes],
        isUTF8: Bool = false,
        isEncrypted: Bool = false
    ) -> [UInt8] {
        var (all, directory): ([UInt8], [UInt8]) = ([], [])
        let flags = (isUTF8 ? 0x800 : 0) | (isEncrypted ? 1 : 0)
        for member in members {
            let facts =
                number(20, 2) + number(flags, 2) + number(0, 2) + number(0x5880_5880, 4)
                + number(Int(checksum(member.bytes)), 4) + number(member.bytes.count, 4)
                + number(member.bytes.count, 4) + number(member.name.count, 2) + number(0, 2)
            directory += number(0x0201_4B50, 4) + number(0x0314, 2) + facts + number(0, 6)
            directory += number(0o100644 << 16, 4) + number(all.count, 4) + member.name
            all += number(0x0403_4B50, 4) + facts + member.name + member.bytes
        }
        let end =
            number(0x0605_4B50, 4) + number(0, 4) + number(members.count, 2)
            + number(members.count, 2) + number(directory.count, 4) + number(all.count, 4)
            + number(0, 2)
        return all + directory + end
    }

    /// `bytes` as gzip, in stored blocks.
    package static func gzip(_ bytes: [UInt8]) -> [UInt8] {
        var all: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]
        for start in stride(from: 0, to: bytes.count, by: 65_535) {
            let end = min(start + 65_535, bytes.count)
            all.append(end == bytes.count ? 1 : 0)
            all += number(end - start, 2) + number(0xFFFF - (end - start), 2) + bytes[start..<end]
        }
        return all + number(Int(checksum(bytes)), 4) + number(bytes.count, 4)
    }

    private static func number(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    // CRC-32 of ISO 3309.
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var sum: UInt32 = .max
        for byte in bytes {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = sum >> 1 ^ (sum & 1 == 1 ? 0xEDB8_8320 : 0) }
        }
        return ~sum
    }
}
