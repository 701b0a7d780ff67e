import Foundation
import TestKit
import Testing

/// Holds the tree to its own rules.
@Suite struct HouseRulesTests {
    private static let stages: Set = [
        "Archives", "Imaging", "Inference", "Similarity", "Learning", "Storage", "History",
        "Reviewing", "Quality", "Interchange", "Export",
    ]
    private static let shims: Set = [
        "CArchive", "CDigest", "CImageCodecs", "COnnxRuntime", "CPageChecksum", "CVectorKernels",
    ]
    private static let outside: Set = ["GRDB", "Hummingbird", "ArgumentParser", "Logging", "Yams"]

    private struct SourceFile {
        let module: String
        let name: String
        let text: String

        var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }

        var imports: [String] {
            lines.compactMap { line in
                let words = line.split(separator: " ")
                guard let index = words.firstIndex(of: "import"), index < 2, words.count > index + 1
                else { return nil }
                return String(words[index + 1])
            }
        }
    }

    private static func sources(ending: String = "swift") throws -> [SourceFile] {
        let root = Fixtures.packageRoot.appending(path: "Sources")
        let paths = try FileManager.default.subpathsOfDirectory(atPath: root.path)
        let files = try paths.filter { $0.hasSuffix(".\(ending)") }.sorted().map { path in
            SourceFile(
                module: String(path.prefix { $0 != "/" }),
                name: path,
                text: try String(contentsOf: root.appending(path: path), encoding: .utf8)
            )
        }
        try #require(files.count > 1 || ending != "swift")
        return files
    }

    @Test func `no stage imports another stage or an outside package that is not its own`() throws {
        for file in try Self.sources() where Self.stages.contains(file.module) {
            for name in file.imports {
                #expect(!Self.stages.contains(name), "\(file.name) imports \(name)")
                let isOwn = ["Storage": "GRDB", "Interchange": "Yams"][file.module] == name
                #expect(!Self.outside.contains(name) || isOwn, "\(file.name) imports \(name)")
            }
        }
    }

    @Test func `a C shim is imported behind the wall of its module alone`() throws {
        for shim in Self.shims {
            let users = try Self.sources().filter { $0.imports.contains(shim) }
            #expect(!users.isEmpty && users.allSatisfy { $0.name.hasSuffix("+C.swift") })
            #expect(Set(users.map(\.module)).count == 1, "\(shim): \(users.map(\.name))")
        }
    }

    @Test func `unsafe code is behind its wall`() throws {
        for file in try Self.sources() where !file.name.hasSuffix("+C.swift") {
            for (number, line) in file.lines.enumerated() {
                let code = line.prefix(while: { $0 != "\"" }).trimmingCharacters(in: .whitespaces)
                guard !code.hasPrefix("//") else { continue }
                let words = code.split { !$0.isLetter && $0 != "@" && $0 != "_" }
                #expect(!words.contains("unsafe"), "\(file.name):\(number + 1)")
            }
        }
    }

    @Test func `files stay short`() throws {
        let lengths = try Self.sources().map { ($0.name, $0.lines.count) }
        for (name, length) in lengths { #expect(length <= 401, "\(name) has \(length) lines") }
        let sorted = lengths.map(\.1).sorted()
        #expect(sorted[sorted.count / 2] <= 150)
    }

    @Test func `a function fits on a screen`() throws {
        let start = #/^( *)(?:@?[a-z()]+ )*(?:func |init[?(])/#
        for file in try Self.sources() {
            var open: (number: Int, end: String)?
            for (number, line) in file.lines.enumerated() {
                if let (first, end) = open, line == end {
                    #expect(number - first + 1 <= 40, "\(file.name):\(first + 1)")
                    open = nil
                } else if open == nil, let match = line.firstMatch(of: start) {
                    // A function of one line, or the requirement of a protocol, has no end.
                    let isWhole = line.hasSuffix("}") || file.module.isEmpty
                    open = isWhole ? nil : (number, "\(match.1)}")
                }
            }
        }
    }

    @Test func `only the front doors write to standard output`() throws {
        for file in try Self.sources() where file.module != "winnow" {
            for (number, line) in file.lines.enumerated() {
                let code = line.trimmingCharacters(in: .whitespaces)
                #expect(!code.hasPrefix("print("), "\(file.name):\(number + 1)")
            }
        }
    }

    @Test func `names that say nothing are not used`() throws {
        for file in try Self.sources() {
            for word in ["Utils", "Helpers", "Common", "Manager"] {
                #expect(!file.name.contains(word), "\(file.name)")
            }
        }
    }

    @Test func `every verb is in the README`() throws {
        let readme = try String(
            contentsOf: Fixtures.packageRoot.appending(path: "README.md"),
            encoding: .utf8
        )
        #expect(readme.split(separator: "\n", omittingEmptySubsequences: false).count <= 150)
        let pattern = #/commandName: "([a-z-]+)"/#
        for file in try Self.sources() where file.module == "winnow" {
            for match in file.text.matches(of: pattern) where match.1 != "winnow" {
                #expect(readme.contains("\(match.1)"), "\(match.1) of \(file.name)")
            }
        }
    }

    @Test func `the docs name no machine`() throws {
        let root = Fixtures.packageRoot
        for name in ["README.md", "CHANGELOG.md", "scripts/setup", "scripts/demo", "scripts/test"] {
            let text = try String(contentsOf: root.appending(path: name), encoding: .utf8)
            for place in ["/home/", "/Users/", "/mnt/"] {
                #expect(!text.contains(place), "\(name) names \(place)")
            }
        }
    }
}
