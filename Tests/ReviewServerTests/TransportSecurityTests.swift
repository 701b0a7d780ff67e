import Foundation
import ReviewServer
import TestKit
import Testing

/// The program that asks, and checks the certificate.
private let curl = ["/usr/bin/curl", "/opt/homebrew/bin/curl"]
    .first { FileManager.default.isExecutableFile(atPath: $0) }

/// The server under TLS.
@Suite(.enabled(if: curl != nil, "needs curl"))
struct TransportSecurityTests {
    private static let binding = ReviewBinding(
        hostNames: ["review.example"],
        certificate: .init(
            certificateFile: Fixtures.url("tls/certificate.pem").path,
            keyFile: Fixtures.url("tls/key.pem").path
        )
    )

    /// The head of the answer, then its body.
    private static func ask(_ port: Int, _ words: [String]) async throws -> String {
        try await blocking {
            let process = Process()
            process.executableURL = URL(filePath: try #require(curl))
            process.arguments =
                [
                    "--silent", "--include", "--cacert", Fixtures.url("tls/certificate.pem").path,
                    "--resolve", "review.example:\(port):127.0.0.1",
                ] + words
            let output = Pipe()
            process.standardOutput = output
            try process.run()
            let data = try output.fileHandleForReading.readToEnd() ?? Data()
            process.waitUntilExit()
            return String(decoding: data, as: UTF8.self)
        }
    }

    @Test func `under a certificate the page is served by HTTPS alone`() async throws {
        try await TestServer.run(binding: Self.binding) { server in
            let origin = "https://review.example:\(server.port)"
            #expect(server.url.hasPrefix("\(origin)/#token="))
            #expect(try await Self.ask(server.port, [origin]).hasPrefix("HTTP/1.1 200"))
            func signIn(from origin: String) async throws -> String {
                try await Self.ask(
                    server.port,
                    [
                        "\(server.url.prefix { $0 != "#" })api/v1/session", "--header",
                        "Origin: \(origin)", "--json", #"{"token":"\#(server.token)"}"#,
                    ]
                )
            }
            let answer = try await signIn(from: origin)
            #expect(answer.hasPrefix("HTTP/1.1 204"))
            #expect(answer.contains("; Secure; "))
            // Another page of the same host, without TLS: whoever can change it must not write.
            let foreign = try await signIn(from: "http://review.example:\(server.port)")
            #expect(foreign.hasPrefix("HTTP/1.1 403"))
            let plain = try await Self.ask(server.port, ["http://review.example:\(server.port)"])
            #expect(!plain.contains("Winnow"))
        }
    }

    @Test func `a name that was not given is refused`() async throws {
        try await TestServer.run(binding: Self.binding) { server in
            let answer = try await Self.ask(
                server.port,
                [
                    "https://127.0.0.1:\(server.port)", "--header",
                    "Host: evil.example:\(server.port)",
                ]
            )
            #expect(answer.hasPrefix("HTTP/1.1 403"))
        }
    }
}
