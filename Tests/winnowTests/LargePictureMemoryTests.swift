import Foundation
import TestKit
import Testing

/// Decodes pictures that would need more than 256 MiB, each in a process of its own.
@Suite struct LargePictureMemoryTests {
    /// 256 MiB, and what the program takes by itself.
    private static let limit = 256 * 1.048576 + 48

    private struct Outcome {
        let peak: Double
        let failures: Double
        let row: String
    }

    private func decode(_ bytes: [UInt8], _ name: String) throws -> Outcome {
        let folder = try TemporaryFolder()
        try folder.write(bytes, to: "pictures/\(name)")
        let process = Process()
        process.executableURL = WinnowCommand.executable.deletingLastPathComponent()
            .appending(path: "winnow-bench")
        let table = folder.url.appending(path: "table.csv")
        process.arguments = [
            "decode", folder.url.appending(path: "pictures").path, "--out", table.path,
        ]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        let document = try JSONSerialization.jsonObject(with: text) as? [String: Any]
        let quality = document?["quality"] as? [String: Any]
        return Outcome(
            peak: try #require(document?["peak_rss_mb"] as? Double),
            failures: try #require(quality?["failed"] as? Double),
            row: try String(contentsOf: table, encoding: .utf8)
        )
    }

    /// A gray progressive JPEG of square shape: a scan of mean colors, all of them the same, and
    /// perhaps one of the details with the bytes given.
    private func progressive(side: Int, details: [UInt8]? = nil) -> [UInt8] {
        let size = [UInt8(side >> 8), UInt8(side & 255)]
        let table: [UInt8] = [1] + [UInt8](repeating: 0, count: 15) + [0]
        var bytes: [UInt8] = [0xFF, 0xD8, 0xFF, 0xDB, 0, 67, 0] + [UInt8](repeating: 1, count: 64)
        bytes += [0xFF, 0xC2, 0, 11, 8] + size + size + [1, 1, 0x11, 0]
        // One code, of one bit, for «no difference» and for «no details».
        for kind in [UInt8(0), 0x10] { bytes += [0xFF, 0xC4, 0, 20, kind] + table }
        let blocks = ((side + 7) / 8) * ((side + 7) / 8)
        bytes += [0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 0, 0]
        bytes += [UInt8](repeating: 0, count: (blocks + 7) / 8)
        if let details { bytes += [0xFF, 0xDA, 0, 8, 1, 1, 0, 1, 63, 0] + details }
        return bytes + [0xFF, 0xD9]
    }

    @Test func `a sound progressive JPEG of 169 megapixels is decoded`() throws {
        let outcome = try decode(progressive(side: 13_000), "sound.jpg")
        #expect(outcome.failures == 0 && outcome.row.contains("13000,13000"))
        #expect(outcome.peak < Self.limit)
    }

    @Test func `one whose last scan is bad is refused without the memory for it`() throws {
        // One bits, which are no code, after half of the blocks.
        let details = [UInt8](repeating: 0, count: 165_000) + [0x7F, 0x7F, 0x7F]
        let outcome = try decode(progressive(side: 13_000, details: details), "bad.jpg")
        #expect(outcome.failures == 1 && outcome.row.contains("corrupt"), "\(outcome.row)")
        #expect(outcome.peak < Self.limit)
    }

    @Test(arguments: [(8190, "truncated"), (12_000, "unsupported")])
    func `a lossless WebP that is bad is refused without the memory for it`(
        side: Int,
        code: String
    ) throws {
        // What libwebp makes of white pixels, without its end.
        let sides = UInt32(side - 1) | UInt32(side - 1) << 14
        let header = (0..<4).map { UInt8(truncatingIfNeeded: sides >> (8 * $0)) }
        let bytes =
            Array("RIFF".utf8) + [30, 0, 0, 0] + Array("WEBPVP8L".utf8) + [17, 0, 0, 0, 0x2F]
            + header + [0x07, 0xD0, 0xFF, 0xFE, 0xF7, 0xBF, 0xFF, 0x81]
        let outcome = try decode(bytes, "bad.webp")
        #expect(outcome.failures == 1 && outcome.row.contains(code), "\(outcome.row)")
        #expect(outcome.peak < Self.limit)
    }

    @Test func `no hostile picture takes more`() throws {
        let folder = Fixtures.url("hostile")
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            let bytes = Array(try Data(contentsOf: folder.appending(path: name)))
            guard bytes.count > 0 else { continue }
            #expect(try decode(bytes, name).peak < Self.limit, "\(name)")
        }
    }
}
