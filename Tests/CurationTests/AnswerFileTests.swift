import Curation
import CurationCore
import Foundation
import TestKit
import Testing

@Suite struct AnswerFileTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func labels(_ rows: String, of paths: [String]) throws -> [String?] {
        let file = try folder.write(Array("path,label\n\(rows)".utf8), to: "answers/a.csv").path
        let answers = try AnswerFile(path: file)
        return paths.enumerated().map { index, path in
            let digest = ContentDigest(of: [UInt8(index)])
            let sample = Sample(
                id: Int64(index),
                path: path,
                sha256: digest,
                format: .jpeg,
                width: 1,
                height: 1,
                bytes: 1,
                pixelDigest: digest,
                perceptualHash: PerceptualHash(words: .zero)
            )
            return answers.label(of: sample)
        }
    }

    @Test func `names that look alike are answered each for itself`() throws {
        let root = folder.url.path
        let names = ["caf\u{E9}.jpg", "cafe\u{301}.jpg", "a%20b.jpg", "a b.jpg", "#.jpg"]
        let rows = names.enumerated().map { "\($1),\($0)\n" }.joined()
        let paths = names.map { "\(root)/answers/\($0)" }
        #expect(try labels(rows, of: paths) == ["0", "1", "2", "3", "4"])
    }

    @Test func `paths start from the folder of the file, and links above do not matter`() throws {
        let root = folder.url.path
        try folder.write([1], to: "pictures/a.jpg")
        try FileManager.default.createSymbolicLink(
            atPath: "\(root)/link",
            withDestinationPath: "pictures"
        )
        let rows = "../link/a.jpg,a\n./../gone/./x/../b.jpg,b\n\(root)/link/t.tar!/c/d.jpg,c\n"
        let paths = [
            "\(root)/pictures/a.jpg", "\(root)/gone/b.jpg", "\(root)/pictures/t.tar!/c/d.jpg",
            "\(root)/link/a.jpg",
        ]
        #expect(try labels(rows, of: paths) == ["a", "b", "c", nil])
    }

    @Test func `a file that is not there is an error`() {
        #expect(throws: CurationError.self) { try AnswerFile(path: "/no/such.csv") }
    }
}
