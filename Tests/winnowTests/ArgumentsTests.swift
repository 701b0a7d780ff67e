import Foundation
import TestKit
import Testing

@Suite struct ArgumentsTests {
    @Test func `pictures are named by the bytes of their names`() throws {
        let winnow = try WinnowCommand()
        // A script, for Foundation cannot pass on words that are no UTF-8.
        let script = #"""
            set -e
            bytes=$(printf 'a\377.jpg') one=$(printf 'caf\303\251.jpg') two=$(printf 'cafe\314\201.jpg')
            cp "$1/IMG_0001.jpg" "$bytes"
            cp "$1/IMG_0002.jpg" "$one"
            cp "$1/IMG_0003.jpg" "$two"
            "$0" run "$bytes" "$one" "$two" -d set --quiet > report
            mkdir below
            cd below
            for name in "$bytes" "$one" "$two"; do "$0" similar "../$name" -k 2 -d ../set --json; done
            """#
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = [
            "-c", script, WinnowCommand.executable.path, Fixtures.url("photos").path,
        ]
        process.currentDirectoryURL = winnow.folder.url
        process.standardOutput = output
        try process.run()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        // Of three pictures the two that are not the one that was asked for.
        let found = try String(decoding: text, as: UTF8.self).split(separator: "\n").map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
            return try #require((object as? [String: Any])?["id"] as? Int)
        }
        try #require(found.count == 6)
        let pairs = stride(from: 0, to: 6, by: 2).map { Set(found[$0..<($0 + 2)]) }
        #expect(Set(pairs).count == 3 && pairs.allSatisfy { $0.count == 2 })
    }
}
