import CurationCore
import ReviewServer
import TestKit
import Testing

/// A header that is changed in a request which is otherwise good.
private struct Tampering: Sendable, CustomTestStringConvertible {
    let header: String
    let value: String?
    let status: Int
    let code: String

    var testDescription: String { "\(header): \(value ?? "missing") gives \(status)" }
}

@Suite struct AccessGuardTests {
    private static let tamperings = [
        Tampering(header: "Host", value: "evil.example:PORT", status: 403, code: "foreign-host"),
        Tampering(header: "Host", value: "127.0.0.1", status: 403, code: "foreign-host"),
        Tampering(header: "Host", value: "127.0.0.1:1", status: 403, code: "foreign-host"),
        Tampering(header: "Host", value: "127.0.0.1:PORT.", status: 403, code: "foreign-host"),
        Tampering(header: "Host", value: nil, status: 403, code: "foreign-host"),
        Tampering(
            header: "Origin",
            value: "http://evil.example",
            status: 403,
            code: "foreign-origin"
        ),
        Tampering(header: "Origin", value: "null", status: 403, code: "foreign-origin"),
        Tampering(
            header: "Origin",
            value: "https://127.0.0.1:PORT",
            status: 403,
            code: "foreign-origin"
        ),
        Tampering(
            header: "Origin",
            value: "http://localhost:PORT",
            status: 403,
            code: "foreign-origin"
        ),
        Tampering(header: "Origin", value: nil, status: 403, code: "foreign-origin"),
        Tampering(
            header: "Sec-Fetch-Site",
            value: "cross-site",
            status: 403,
            code: "foreign-origin"
        ),
        Tampering(header: "Content-Type", value: "text/plain", status: 415, code: "not-json"),
        Tampering(header: "Content-Type", value: nil, status: 415, code: "not-json"),
        Tampering(header: "Cookie", value: nil, status: 401, code: "signed-out"),
        Tampering(header: "Cookie", value: "winnow=1", status: 401, code: "signed-out"),
    ]

    @Test func `a write is refused when any one of its headers is not the page's`() async throws {
        try await TestServer.run { server in
            let good = try await server.signedIn()
            let accepted = try await server.send(
                "POST",
                "/api/v1/undo",
                headers: good,
                json: Self.undo
            )
            #expect(accepted.status == 200)
            for tampering in Self.tamperings {
                var headers = good
                headers[tampering.header] = tampering.value?
                    .replacing("PORT", with: "\(server.port)")
                let answer = try await server.send(
                    "POST",
                    "/api/v1/undo",
                    headers: headers,
                    json: Self.undo
                )
                #expect(answer.status == tampering.status, "\(tampering.testDescription)")
                #expect(answer.text.contains("\"code\":\"\(tampering.code)\""))
            }
        }
    }

    @Test func `the page answers to each of its own names`() async throws {
        try await TestServer.run { server in
            for name in ["127.0.0.1", "localhost", "[::1]"] {
                let headers = ["Host": "\(name):\(server.port)"]
                let status = try await server.send("GET", "/", headers: headers).status
                #expect(status == 200)
            }
        }
    }

    @Test func `data is refused without a session, the shell of the page is not`() async throws {
        try await TestServer.run { server in
            let headers = ["Host": "127.0.0.1:\(server.port)"]
            for path in [
                "/api/v1/dataset", "/api/v1/queue/next", "/api/v1/images/1/pixels",
                "/d/0/thumbs/1/320.jpg", "/api/v1/nothing",
            ] {
                let status = try await server.send("GET", path, headers: headers).status
                #expect(status == 401, "\(path)")
            }
            for path in ["/", "/main.js", "/page.css"] {
                let status = try await server.send("GET", path, headers: headers).status
                #expect(status == 200, "\(path)")
            }
        }
    }

    @Test func `another site can link to the page and to nothing else`() async throws {
        try await TestServer.run { server in
            var headers = try await server.signedIn()
            headers["Origin"] = nil
            headers["Sec-Fetch-Site"] = "cross-site"
            let page = try await server.send("GET", "/", headers: headers).status
            #expect(page == 200)
            let data = try await server.send("GET", "/api/v1/dataset", headers: headers).status
            #expect(data == 403)
            let script = try await server.send("GET", "/main.js", headers: headers).status
            #expect(script == 403)
        }
    }

    @Test(arguments: ["PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE"])
    func `other methods are refused`(method: String) async throws {
        try await TestServer.run { server in
            let headers = try await server.signedIn()
            let answer = try await server.send(method, "/api/v1/dataset", headers: headers)
            #expect(answer.status == 405)
            #expect(answer.headers["access-control-allow-origin"] == nil)
        }
    }

    @Test func `a wrong token opens no session`() async throws {
        try await TestServer.run { server in
            for token in ["", "0", String(repeating: "0", count: 32), server.token + "0"] {
                let answer = try await server.send(
                    "POST",
                    "/api/v1/session",
                    json: #"{"token":"\#(token)"}"#
                )
                #expect(answer.status == 401)
                #expect(answer.headers["set-cookie"] == nil)
            }
        }
    }

    @Test func `the cookie is out of reach of scripts and other sites`() async throws {
        try await TestServer.run { server in
            let answer = try await server.send(
                "POST",
                "/api/v1/session",
                json: #"{"token":"\#(server.token)"}"#
            )
            let cookie = try #require(answer.headers["set-cookie"])
            #expect(cookie.hasPrefix("winnow_"))
            for property in ["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=43200"] {
                #expect(cookie.contains(property))
            }
            #expect(!cookie.contains(server.token))
        }
    }

    @Test func `too long a body is refused, with or without its length`() async throws {
        // What is too slow is cut off without an answer, which a busy machine must not be taken for.
        var limits = ServerLimits()
        limits.transferSeconds = 600
        try await TestServer.run(limits: limits) { server in
            var headers = try await server.signedIn()
            let long = String(repeating: " ", count: 4 * 1024 * 1024 + 1)
            let told = try await server.send("POST", "/api/v1/undo", headers: headers, json: long)
            #expect(told.status == 413)
            headers["Transfer-Encoding"] = "chunked"
            let chunk = "\(String(long.utf8.count, radix: 16))\r\n\(long)\r\n0\r\n\r\n"
            let untold = try await server.send(
                "POST",
                "/api/v1/undo",
                headers: headers,
                json: chunk
            )
            #expect(untold.status == 413)
        }
    }

    @Test func `every answer forbids what the page does not need`() async throws {
        try await TestServer.run { server in
            let good = try await server.signedIn()
            for (path, headers) in [
                ("/", good), ("/api/v1/dataset", good), ("/api/v1/nothing", good),
                ("/", ["Host": "evil.example"]),
            ] {
                let answer = try await server.send("GET", path, headers: headers).headers
                let policy = answer["content-security-policy"] ?? ""
                #expect(policy.hasPrefix("default-src 'none'; script-src 'self'"))
                #expect(!policy.contains("unsafe"))
                #expect(answer["x-content-type-options"] == "nosniff")
                #expect(answer["referrer-policy"] == "no-referrer")
                #expect(answer["cross-origin-resource-policy"] == "same-origin")
                #expect(answer["cross-origin-opener-policy"] == "same-origin")
            }
        }
    }

    private static let undo = #"{"steps":1}"#
}
