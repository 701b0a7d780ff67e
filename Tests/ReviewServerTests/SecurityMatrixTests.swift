import CurationCore
import Foundation
import ReviewServer
import TestKit
import Testing

/// Every route of the document, asked in every wrong way.
@Suite struct SecurityMatrixTests {
    private struct Wrong: Sendable {
        let name: String
        let status: Int
        let code: String
        let change: @Sendable (inout [String: String], Int) -> Void

        init(
            _ name: String,
            _ status: Int,
            _ code: String,
            change: @escaping @Sendable (inout [String: String], Int) -> Void
        ) {
            self.name = name
            self.status = status
            self.code = code
            self.change = change
        }
    }

    private static let always = [
        Wrong("foreign host", 403, "foreign-host") { $0["Host"] = "evil.example:\($1)" },
        Wrong("a name that was bound to 127.0.0.1", 403, "foreign-host") {
            $0["Host"] = "127.0.0.1.evil.example:\($1)"
            $0["Origin"] = "http://127.0.0.1.evil.example:\($1)"
        },
        Wrong("another port", 403, "foreign-host") { $0["Host"] = "127.0.0.1:\($1 + 1)" },
        Wrong("no host", 403, "foreign-host") { headers, _ in headers["Host"] = nil },
        Wrong("foreign origin", 403, "foreign-origin") { headers, _ in
            headers["Origin"] = "http://evil.example"
        },
        Wrong("null origin", 403, "foreign-origin") { headers, _ in headers["Origin"] = "null" },
        Wrong("other scheme", 403, "foreign-origin") { $0["Origin"] = "https://127.0.0.1:\($1)" },
        Wrong("same site, other origin", 403, "foreign-origin") { headers, _ in
            headers["Sec-Fetch-Site"] = "same-site"
        },
        Wrong("cross site", 403, "foreign-origin") { headers, _ in
            headers["Sec-Fetch-Site"] = "cross-site"
        },
        Wrong("large head", 431, "large-head") { headers, _ in
            headers["X-Much"] = String(repeating: "x", count: 20_000)
        },
    ]
    private static let ofWrites = [
        Wrong("no origin", 403, "foreign-origin") { headers, _ in headers["Origin"] = nil },
        Wrong("no type", 415, "not-json") { headers, _ in headers["Content-Type"] = nil },
        Wrong("a form", 415, "not-json") { headers, _ in
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        },
        Wrong("plain text", 415, "not-json") { headers, _ in
            headers["Content-Type"] = "text/plain;charset=utf-8,application/json"
        },
        Wrong("too large", 413, "too-large") { headers, _ in
            headers["Content-Length"] = "\(4 * 1024 * 1024 + 1)"
            headers["Transfer-Encoding"] = nil
        },
    ]

    private static func ofSessions(_ expired: String, _ other: String) -> [Wrong] {
        [
            Wrong("no cookie", 401, "signed-out") { headers, _ in headers["Cookie"] = nil },
            Wrong("wrong cookie", 401, "signed-out") { headers, _ in
                headers["Cookie"]?.append("0")
            },
            Wrong("expired cookie", 401, "signed-out") { headers, _ in
                headers["Cookie"] = expired
            },
            Wrong("a cookie of a reviewer who is none", 401, "signed-out") { headers, _ in
                headers["Cookie"] = other
            },
        ]
    }

    private static func run(
        body: @escaping @Sendable (TestServer, _ wrongSessions: [Wrong]) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "token")
        var limits = ServerLimits()
        limits.tries = .init(burst: 10_000, perSecond: 1000)
        try await TestServer.run(tokenFile: file, limits: limits) { server in
            // The same key, so that only the end and the name are wrong.
            let secrets = try AccessSecrets(keptIn: file.path, reviewers: ["r1", "r2"])
            let now = Timestamp.now
            let old = secrets.session(of: "r1", from: now.advanced(by: -13 * 3600))
            let other = secrets.session(of: "r2", from: now)
            let key = server.datasetKey
            try await body(
                server,
                ofSessions("winnow_\(key)=\(old)", "winnow_\(key)=\(other)")
            )
        }
    }

    @Test func `no route answers to a request that is wrong in one thing`() async throws {
        let routes = try DocumentedRoute.all()
        try #require(routes.count >= 10)
        try await Self.run { server, wrongSessions in
            let good = try await server.signedIn()
            for route in routes {
                let address = route.address(datasetKey: server.datasetKey)
                for wrong in Self.always + (route.isWrite ? Self.ofWrites : [])
                    + (route.needsSession ? wrongSessions : [])
                {
                    var headers = good
                    wrong.change(&headers, server.port)
                    let answer = try await server.send(route.method, address, headers: headers)
                    let what: Comment = "\(route.testDescription), \(wrong.name): \(answer.text)"
                    #expect(answer.status == wrong.status, what)
                    #expect(answer.text.contains("\"code\":\"\(wrong.code)\""), what)
                    Self.checkRefusal(answer, what)
                }
            }
        }
    }

    @Test func `each address says which methods it answers to`() async throws {
        let routes = try DocumentedRoute.all()
        try await Self.run { server, _ in
            let good = try await server.signedIn()
            for (path, known) in Dictionary(grouping: routes, by: \.path) {
                let methods = Set(known.map(\.method))
                let address = known[0].address(datasetKey: server.datasetKey)
                for method in [
                    "GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE",
                ] where !methods.contains(method) {
                    let answer = try await server.send(method, address, headers: good)
                    let what: Comment = "\(method) \(path): \(answer.text)"
                    #expect(answer.status == 405, what)
                    let allowed = answer.headers["allow"]?.components(separatedBy: ", ") ?? []
                    #expect(Set(allowed) == methods, what)
                    if method != "HEAD" { Self.checkRefusal(answer, what) }
                }
            }
        }
    }

    private static func checkRefusal(_ answer: HTTPExchange, _ what: Comment) {
        let policy = answer.headers["content-security-policy"] ?? ""
        #expect(policy.hasPrefix("default-src 'none'; script-src 'self'"), what)
        #expect(!policy.contains("unsafe"), what)
        for (name, value) in [
            ("x-content-type-options", "nosniff"), ("referrer-policy", "no-referrer"),
            ("cross-origin-resource-policy", "same-origin"), ("cache-control", "no-store"),
            ("cross-origin-opener-policy", "same-origin"), ("content-type", "application/json"),
        ] {
            #expect(answer.headers[name] == value, what)
        }
        #expect(answer.headers["access-control-allow-origin"] == nil, what)
        #expect(answer.headers["set-cookie"] == nil, what)
        #expect(answer.text.contains("\"message\":") && answer.text.contains("\"remedy\":"), what)
    }

    @Test func `every route of the code is in the document`() throws {
        let folder = Fixtures.packageRoot.appending(path: "Sources/ReviewServer")
        let documented = try DocumentedRoute.all().map {
            ($0.method, $0.path.split(separator: "/").map(String.init))
        }
        let call = #/\b(api|router)\.(get|post|put|patch|delete)\(\s*"([^"]*)"/#
        var known = 0
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path)
        where name.hasSuffix(".swift") && name != "PageFiles.swift" {
            let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
            for match in text.matches(of: call) {
                let path = (match.1 == "api" ? "api/v1/" : "") + match.3
                let parts = path.split(separator: "/").map(String.init)
                let isThere = documented.contains { method, others in
                    method == match.2.uppercased() && others.count == parts.count
                        && zip(parts, others).allSatisfy { $0.hasPrefix(":") || $0 == $1 }
                }
                #expect(isThere, "\(match.2) \(path) of \(name)")
                known += 1
            }
        }
        #expect(known == documented.count)
    }

    @Test func `no spelling of an address does without a session`() async throws {
        try await TestServer.run { server in
            let good = try await server.signedIn()
            let strange = good.filter { $0.key.lowercased() != "cookie" }
            let key = server.datasetKey
            let paths = ["api/v1/dataset", "api/v1/progress", "d/\(key)/thumbs/1/320.jpg"]
            let starts = [
                "/", "//", "///", "/./", "/%2f", "/%2F/", "/x/../", "/;/", "/%00/", "/\\",
            ]
            for path in paths {
                for start in starts {
                    let answer = try await server.send("GET", start + path, headers: strange)
                    #expect([400, 401, 404].contains(answer.status), "\(start)\(path)")
                    #expect(!answer.text.contains("\"images\""), "\(start)\(path)")
                }
                for spelled in [
                    path.replacing("/", with: "//"), "%61" + path.dropFirst(), path + "/",
                ] {
                    let answer = try await server.send("GET", "/" + spelled, headers: strange)
                    #expect([400, 401, 404].contains(answer.status), "\(spelled)")
                }
                let plain = try await server.send("GET", "//" + path, headers: strange)
                #expect(plain.status == 401, "//\(path)")
            }
        }
    }

    @Test func `no address leads out of the page's files or the pictures`() async throws {
        try await TestServer.run { server in
            let good = try await server.signedIn()
            let key = server.datasetKey
            let steps = ["..", "%2e%2e", "..%2f..", "..%5c..", "%252e%252e", "....", "..%00", "."]
            let paths =
                steps.flatMap { step in
                    [
                        "/\(step)/Package.swift", "/\(step)/\(step)/etc/passwd", "/\(step)",
                        "/d/\(key)/thumbs/\(step)/320.jpg", "/d/\(key)/thumbs/1/\(step)",
                        "/d/\(key)/thumbs/1/\(step)%2f320.jpg", "/d/\(step)/thumbs/1/320.jpg",
                        "/api/v1/images/\(step)/pixels", "/api/v1/images/1%2f\(step)/pixels",
                    ]
                } + [
                    "//etc/passwd", "/etc/passwd", "/main.js%00.html", "/./main.js/x",
                    "/d/\(key)/thumbs/1/320.jpg%00", "/d/\(key)/thumbs/+1/321.jpg",
                    "/file:///etc/passwd", "/Public/main.js", "/index.html/..%2f..%2fmain.js",
                ]
            for path in paths where path != "/." {
                let answer = try await server.send("GET", path, headers: good)
                #expect([400, 404].contains(answer.status), "\(path): \(answer.status)")
                Self.checkRefusal(answer, "\(path)")
            }
        }
    }
}
