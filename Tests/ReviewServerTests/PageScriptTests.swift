import Foundation
import ReviewServer
import TestKit
import Testing

@Suite struct PageScriptTests {
    private static let folder = Fixtures.packageRoot.appending(path: "Sources/ReviewServer/Public")

    private static func files(_ ending: String) throws -> [(name: String, bytes: [UInt8])] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
            .filter { $0.hasSuffix(ending) }
            .map { ($0, Array(try Data(contentsOf: folder.appending(path: $0)))) }
    }

    @Test func `comments and indentation go, code stays`() {
        let script = """
            // What it is.
            /** A type. @type {number} */
            let one = 1; // stays
            /**
             * Long.
             * @param {string} text
             */
            function say(text) {
              /** @type {any} */ (window).said = text;

              return "// no comment";
            }
            """
        let lean = String(decoding: PageScript.lean(Array(script.utf8)), as: UTF8.self)
        #expect(
            lean == """
                let one = 1; // stays
                function say(text) {
                /** @type {any} */ (window).said = text;
                return "// no comment";
                }

                """
        )
    }

    @Test func `no text in backquotes goes over lines, which would lose its indentation`() throws {
        for (name, bytes) in try Self.files(".js") {
            for (number, line) in bytes.split(separator: 10, omittingEmptySubsequences: false)
                .enumerated()
            {
                let quotes = line.count { $0 == UInt8(ascii: "`") }
                #expect(quotes.isMultiple(of: 2), "\(name):\(number + 1)")
            }
        }
    }

    @Test func `who reviews classes loads little`() throws {
        // What the first view asks for, without what other views load when they are opened.
        var wanted = ["main.js"]
        var seen: Set<String> = []
        let scripts = Dictionary(uniqueKeysWithValues: try Self.files(".js"))
        var size = 0
        while let name = wanted.popLast() {
            guard seen.insert(name).inserted, let bytes = scripts[name] else { continue }
            let lean = PageScript.lean(bytes)
            size += lean.count
            let text = String(decoding: lean, as: UTF8.self)
            wanted += text.matches(of: #/from "\.\/([a-z]+\.js)"/#).map { String($0.1) }
        }
        // All of it is asked for at once: what is named here, and nothing else.
        let page = try String(
            contentsOf: Self.folder.appending(path: "index.html"),
            encoding: .utf8
        )
        let preloaded = page.matches(
            of: #/rel="modulepreload" fetchpriority="low" href="([a-z]+\.js)"/#
        ).map {
            String($0.1)
        }
        #expect(preloaded.sorted() == seen.subtracting(["main.js"]).sorted())
        size += try Self.files(".css").reduce(0) { $0 + $1.bytes.count }
        size += try Self.files(".html").reduce(0) { $0 + $1.bytes.count }
        #expect(
            seen.contains("review.js") && !seen.contains("grid.js") && !seen.contains("editor.js")
        )
        #expect(size <= 180_000, "\(size) bytes")
    }
}
