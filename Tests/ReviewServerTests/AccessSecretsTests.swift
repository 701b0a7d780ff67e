import CurationCore
import Foundation
import ReviewServer
import TestKit
import Testing

@Suite struct AccessSecretsTests {
    private let now = Timestamp(seconds: 1_800_000_000)

    @Test func `the file is readable by its owner only and names the token`() throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "token")
        let secrets = try AccessSecrets(keptIn: file.path, reviewers: ["r1"])
        let token = try #require(secrets.tokens["r1"])
        let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        let text = try String(contentsOf: file, encoding: .utf8)
        #expect(text.hasPrefix("token \(token) r1\n"))
        #expect(token.count == 32)
    }

    @Test func `a session goes on after a new start, under a new token`() throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "token").path
        let first = try AccessSecrets(keptIn: file, reviewers: ["r1"])
        let second = try AccessSecrets(keptIn: file, reviewers: ["r1"])
        let old = try #require(first.tokens["r1"])
        #expect(second.tokens["r1"] != old)
        #expect(second.reviewer(ofToken: old) == nil)
        #expect(second.reviewer(ofSession: first.session(of: "r1", from: now), at: now) == "r1")
    }

    @Test func `each reviewer has a token and sessions of their own`() throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "token").path
        let names = ["anna", "ben", "Zoë Øst", "a.b", "a"]
        let secrets = try AccessSecrets(keptIn: file, reviewers: names)
        #expect(Set(secrets.tokens.values).count == names.count)
        for name in names {
            #expect(secrets.reviewer(ofToken: try #require(secrets.tokens[name])) == name)
            let session = secrets.session(of: name, from: now)
            #expect(secrets.reviewer(ofSession: session, at: now) == name)
            // The name of another in the cookie of this one.
            let parts = session.split(separator: ".")
            for other in names where other != name {
                let theirs = secrets.session(of: other, from: now).split(separator: ".")[1]
                let forged = "\(parts[0]).\(theirs).\(parts[2])"
                #expect(secrets.reviewer(ofSession: forged, at: now) == nil)
            }
        }
    }

    @Test func `who is no longer among the reviewers has no session`() throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "token").path
        let first = try AccessSecrets(keptIn: file, reviewers: ["anna", "ben"])
        let second = try AccessSecrets(keptIn: file, reviewers: ["anna"])
        let sessions = ["anna", "ben"].map { first.session(of: $0, from: now) }
        #expect(sessions.map { second.reviewer(ofSession: $0, at: now) } == ["anna", nil])
    }

    @Test func `deleting the file ends all sessions`() throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "token")
        let session = try AccessSecrets(keptIn: file.path, reviewers: ["r1"]).session(
            of: "r1",
            from: now
        )
        try FileManager.default.removeItem(at: file)
        #expect(
            try AccessSecrets(keptIn: file.path, reviewers: ["r1"]).reviewer(
                ofSession: session,
                at: now
            ) == nil
        )
    }

    @Test func `a key that others could read is not used again`() throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "token").path
        let session = try AccessSecrets(keptIn: file, reviewers: ["r1"]).session(
            of: "r1",
            from: now
        )
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file)
        #expect(
            try AccessSecrets(keptIn: file, reviewers: ["r1"]).reviewer(ofSession: session, at: now)
                == nil
        )
    }

    @Test func `a session ends after twelve hours`() throws {
        let folder = try TemporaryFolder()
        let secrets = try AccessSecrets(
            keptIn: folder.url.appending(path: "token").path,
            reviewers: ["r1"]
        )
        let session = secrets.session(of: "r1", from: now)
        #expect(secrets.reviewer(ofSession: session, at: now.advanced(by: 12 * 3600 - 1)) == "r1")
        #expect(secrets.reviewer(ofSession: session, at: now.advanced(by: 12 * 3600)) == nil)
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `no changed cookie is a session`(seed: UInt64) throws {
        let folder = try TemporaryFolder()
        let secrets = try AccessSecrets(
            keptIn: folder.url.appending(path: "token").path,
            reviewers: ["r1"]
        )
        var cookie = Array(secrets.session(of: "r1", from: now).utf8)
        var random = SeededGenerator(seed: seed)
        let place = Int.random(in: cookie.indices, using: &random)
        let old = cookie[place]
        cookie[place] = UInt8.random(in: 33...126, using: &random)
        let isSame = cookie[place] == old
        func isSession() -> Bool {
            secrets.reviewer(ofSession: String(decoding: cookie, as: UTF8.self), at: now) != nil
        }
        #expect(isSession() == isSame)
        cookie.removeLast()
        #expect(!isSession())
    }

    @Test func `a folder that is not there is told with its path`() throws {
        let path = "/nowhere/token"
        let error = #expect(throws: ReviewServerError.self) {
            _ = try AccessSecrets(keptIn: path, reviewers: ["r1"])
        }
        #expect(error?.description.contains(path) == true)
    }
}
