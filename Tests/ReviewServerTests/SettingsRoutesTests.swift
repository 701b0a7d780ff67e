import Foundation
import ReviewServer
import TestKit
import Testing

@Suite struct SettingsRoutesTests {
    private static let path = "/api/v1/me/settings"
    private static let names = ["anna", "An na", "../../etc/passwd", "Zoë", "Zoe"]

    @Test func `each reviewer's settings are kept apart, readable by the owner only`()
        async throws
    {
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "token")
        for round in 0..<2 {
            try await TestServer.run(tokenFile: file, reviewers: Self.names) { server in
                for (number, name) in Self.names.enumerated() {
                    let headers = try await server.signedIn(as: name)
                    func kept() async throws -> String {
                        try await server.send("GET", Self.path, headers: headers).text
                    }
                    let own = #"{"panels":{"filters":\#(number + 200)},"theme":"dark"}"#
                    #expect(try await kept() == (round == 0 ? "{}" : own))
                    let status = try await server.send(
                        "PUT",
                        Self.path,
                        headers: headers,
                        json: own
                    ).status
                    #expect(status == 204)
                    #expect(try await kept() == own)
                }
            }
        }
        let settings = folder.url.appending(path: "settings")
        let files = try FileManager.default.contentsOfDirectory(atPath: settings.path)
        #expect(files.count == Self.names.count)
        for file in files {
            let path = settings.appending(path: file).path
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
    }

    @Test func `a writer hinders no other, and one that fails tells no path`() async throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "token")
        try await TestServer.run(tokenFile: file) { server in
            let headers = try await server.signedIn()
            func put(_ json: String) async throws -> (status: Int, text: String) {
                let answer = try await server.send("PUT", Self.path, headers: headers, json: json)
                return (answer.status, answer.text)
            }
            #expect(try await put(#"{"theme":"dark"}"#).status == 204)
            let settings = folder.url.appending(path: "settings")
            let kept = try FileManager.default.contentsOfDirectory(atPath: settings.path)
            let own = settings.appending(path: try #require(kept.first))
            // As if another one were writing there.
            let other = own.appendingPathExtension("new")
            try FileManager.default.createDirectory(
                at: other,
                withIntermediateDirectories: false
            )
            #expect(try await put(#"{"theme":"light"}"#).status == 204)
            let text = try await server.send("GET", Self.path, headers: headers).text
            #expect(text == #"{"theme":"light"}"#)
            try FileManager.default.removeItem(at: own)
            try FileManager.default.createDirectory(at: own, withIntermediateDirectories: false)
            let failed = try await put(#"{"theme":"light"}"#)
            #expect(failed.status == 500 && failed.text.contains("cannot keep the settings"))
            #expect(!failed.text.contains(folder.url.lastPathComponent))
            #expect(!failed.text.contains("token"))
            let left = try FileManager.default.contentsOfDirectory(atPath: settings.path)
            #expect(left.count == 2)
        }
    }

    @Test(arguments: [
        "", "[]", "null", "1", "{", #"{"theme":"pink"}"#, #"{"keymap":{"a":"b"}}"#,
        #"{"panels":{"a":-1}}"#, #"{"panels":{"a":1e9}}"#, #"{"letters":"no"}"#, #"{"theme":null}"#,
        #"{"x":"\#(String(repeating: "x", count: 17_000))"}"#,
    ])
    func `what are no settings is refused, and the earlier ones stay`(json: String) async throws {
        try await TestServer.run { server in
            let headers = try await server.signedIn()
            let good = #"{"keymap":{"decide.accept":["q"]},"letters":false,"later":{"a":[1]}}"#
            let first = try await server.send("PUT", Self.path, headers: headers, json: good)
            #expect(first.status == 204)
            let refused = try await server.send("PUT", Self.path, headers: headers, json: json)
            #expect(refused.status == 400)
            #expect(refused.text.contains("\"code\":\"invalid\""))
            let kept = try await server.send("GET", Self.path, headers: headers).text
            #expect(
                kept == #"{"keymap":{"decide.accept":["q"]},"later":{"a":[1]},"letters":false}"#
            )
        }
    }
}
