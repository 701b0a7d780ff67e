import Foundation
import TestKit
import Testing

/// `winnow review` as a process: who may open the page, and from where.
@Suite struct ReviewServeTests {
    private static func made() throws -> WinnowCommand {
        let winnow = try WinnowCommand()
        try winnow.run(["init", winnow.dataset])
        return winnow
    }

    @Test(arguments: [
        ["--bind", "0.0.0.0"], ["--bind", "192.0.2.1", "--reviewer", "anna", "--insecure"],
        ["--bind", "192.0.2.1", "--reviewers", "anna,ben"],
        ["--bind", "0.0.0.0", "--reviewers", "anna,ben", "--insecure"],
        ["--tls-certificate", "cert.pem"], ["--reviewer", "anna", "--reviewers", "ben"],
        ["--reviewers", "anna,anna"], ["--reviewers", "anna,"], ["--reviewers", "an\u{202e}na"],
        ["--reviewer", ""], ["--host-name", "http://example"], ["--port", "0"],
    ])
    func `what would open the page too wide is refused`(words: [String]) throws {
        let winnow = try Self.made()
        let output = try winnow.run(["review"] + words + ["-d", winnow.dataset])
        #expect(output.status == 64, "\(output.messages)")
        #expect(output.text.isEmpty)
    }

    @Test func `a certificate that is not there is told`() throws {
        let winnow = try Self.made()
        let output = try winnow.run([
            "review", "--tls-certificate", "no.pem", "--tls-key", "no.pem", "-d", winnow.dataset,
        ])
        #expect(output.status == 66)
        #expect(output.messages.contains("no.pem"))
    }

    @Test func `each reviewer gets an address, and Ctrl-C ends the server`() throws {
        let winnow = try Self.made()
        let file = winnow.folder.url.appending(path: "names")
        try Data("# ours\nanna\n\n  Zoë Øst \n".utf8).write(to: file)
        let (process, output, _) = try winnow.start([
            "review", "--reviewers-from", file.path, "--json", "-d", winnow.dataset,
        ])
        let line = output.fileHandleForReading.availableData
        kill(process.processIdentifier, SIGINT)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        var schemas = JSONSchemas()
        let text = String(decoding: line, as: UTF8.self)
        let faults = try schemas.faults(
            in: try JSONDocument(parsing: text),
            against: "cli-output.schema.json#/$defs/review-serve"
        )
        #expect(faults.isEmpty)
        let document = try #require(
            try JSONSerialization.jsonObject(with: line) as? [String: Any]
        )
        let reviewers = try #require(document["reviewers"] as? [[String: String]])
        #expect(reviewers.map { $0["reviewer"] } == ["anna", "Zoë Øst"])
        #expect(Set(reviewers.map { $0["url"] }).count == 2)
        let token = winnow.folder.url.appending(path: "set/review-token").path
        let attributes = try FileManager.default.attributesOfItem(atPath: token)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/curl")))
    func `Ctrl-C says goodbye to a page that listens`() throws {
        let winnow = try Self.made()
        let (server, output, _) = try winnow.start(["review", "--json", "-d", winnow.dataset])
        let line = output.fileHandleForReading.availableData
        let url = try #require(String(decoding: line, as: UTF8.self).firstMatch(of: #/http[^"]*/#))
        let parts = String(url.0).components(separatedBy: "/#token=")
        let jar = winnow.folder.url.appending(path: "jar").path
        let script = """
            curl -s -c '\(jar)' -H 'Origin: \(parts[0])' -H 'Content-Type: application/json' \
              -d '{"token":"\(parts[1])"}' '\(parts[0])/api/v1/session' &&
            curl -sN -b '\(jar)' '\(parts[0])/api/v1/events'
            """
        let page = Process()
        page.executableURL = URL(filePath: "/bin/sh")
        page.arguments = ["-c", script]
        let events = Pipe()
        page.standardOutput = events
        try page.run()
        let first = events.fileHandleForReading.availableData
        kill(server.processIdentifier, SIGINT)
        let rest = try events.fileHandleForReading.readToEnd() ?? Data()
        page.waitUntilExit()
        server.waitUntilExit()
        #expect(server.terminationStatus == 0)
        let text = String(decoding: first + rest, as: UTF8.self)
        #expect(text.contains("event: progress\ndata: {\"decided\":0,\"pending\":0}"))
        #expect(text.hasSuffix("event: bye\ndata: {}\n\n"), "\(text)")
    }
}
