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
        let secrets = try AccessSecrets(keptIn: file.path)
        let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        let text = try String(contentsOf: file, encoding: .utf8)
        #expect(text.hasPrefix("token \(secrets.token)\n"))
        #expect(secrets.token.count == 32)
    }

    @Test func `a session goes on after a new start, under a new token`() throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "token").path
        let first = try AccessSecrets(keptIn: file)
        let second = try AccessSecrets(keptIn: file)
        #expect(first.token != second.token)
        #expect(!second.isToken(first.token))
        #expect(second.isSession(first.session(from: now), at: now))
    }

    @Test func `deleting the file ends all sessions`() throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "token")
        let session = try AccessSecrets(keptIn: file.path).session(from: now)
        try FileManager.default.removeItem(at: file)
        #expect(try !AccessSecrets(keptIn: file.path).isSession(session, at: now))
    }

    @Test func `a key that others could read is not used again`() throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "token").path
        let session = try AccessSecrets(keptIn: file).session(from: now)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file)
        #expect(try !AccessSecrets(keptIn: file).isSession(session, at: now))
    }

    @Test func `a session ends after twelve hours`() throws {
        let folder = try TemporaryFolder()
        let secrets = try AccessSecrets(keptIn: folder.url.appending(path: "token").path)
        let session = secrets.session(from: now)
        #expect(secrets.isSession(session, at: now.advanced(by: 12 * 3600 - 1)))
        #expect(!secrets.isSession(session, at: now.advanced(by: 12 * 3600)))
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `no changed cookie is a session`(seed: UInt64) throws {
        let folder = try TemporaryFolder()
        let secrets = try AccessSecrets(keptIn: folder.url.appending(path: "token").path)
        var cookie = Array(secrets.session(from: now).utf8)
        var random = SeededGenerator(seed: seed)
        let place = Int.random(in: cookie.indices, using: &random)
        let old = cookie[place]
        cookie[place] = UInt8.random(in: 33...126, using: &random)
        let isSame = cookie[place] == old
        #expect(secrets.isSession(String(decoding: cookie, as: UTF8.self), at: now) == isSame)
        cookie.removeLast()
        #expect(!secrets.isSession(String(decoding: cookie, as: UTF8.self), at: now))
    }

    @Test func `a folder that is not there is told with its path`() throws {
        let path = "/nowhere/token"
        let error = #expect(throws: ReviewServerError.self) {
            _ = try AccessSecrets(keptIn: path)
        }
        #expect(error?.description.contains(path) == true)
    }
}
