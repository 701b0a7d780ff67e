import CurationCore
import ReviewServer
import Testing

/// The events that a page listens to.
@Suite struct EventRoutesTests {
    private static let quick = {
        var limits = ServerLimits()
        limits.eventSeconds = 0.02
        limits.commentSeconds = 0.1
        return limits
    }()

    /// A page that listens.
    private final class Listener {
        private let connection: HTTPConnection
        private(set) var text = ""

        init(_ port: Int, _ headers: [String: String]) throws {
            connection = try #require(HTTPConnection(port: port))
            let head = headers.map { "\($0): \($1)\r\n" }.joined()
            _ = connection.send(Array("GET /api/v1/events HTTP/1.1\r\n\(head)\r\n".utf8))
        }

        /// Reads on until all of the words have come.
        func read(until words: String...) throws {
            while !words.allSatisfy(text.contains) {
                let more = connection.receive()
                try #require(!more.isEmpty, "the events ended: \(text)")
                text += String(decoding: more, as: UTF8.self)
            }
        }

        func forget() { text = "" }
    }

    private static func skip(_ number: Int) -> String {
        #"{"decisions":[{"id":"d-\#(number)","item":"r-\#(number)","#
            + #""lease":"lease-r-\#(number)","reviewer":"r1","decision":"skip"}]}"#
    }

    @Test func `a decision is told to all who listen, and what was missed to who comes back`()
        async throws
    {
        // The clock stands still: a rate is told only after half a minute, as a busy machine may take.
        let moment = Timestamp.now
        try await TestServer.run(limits: Self.quick, clock: { moment }) { server in
            let headers = try await server.signedIn()
            let port = server.port
            @Sendable func decide(_ number: Int) throws {
                let answer = try HTTPExchange(
                    "POST",
                    "/api/v1/decisions",
                    port: port,
                    headers: headers,
                    body: Array(Self.skip(number).utf8)
                )
                try #require(answer.status == 200)
            }
            try await blocking {
                let first = try Listener(port, headers)
                let second = try Listener(port, headers)
                for listener in [first, second] {
                    try listener.read(until: #"{"decided":0,"pending":5}"#, "event: model")
                    #expect(listener.text.lowercased().contains("content-type: text/event-stream"))
                }
                try decide(1)
                for listener in [first, second] {
                    try listener.read(until: #"{"decided":1,"pending":4}"#, ": still here")
                }
                let told = first.text.matches(of: #/id: ([0-9a-f]+-[0-9]+)\n/#).map(\.1)
                let last = String(try #require(told.last))
                try decide(2)
                try first.read(until: #"{"decided":2,"pending":3}"#)
                let back = try Listener(port, headers.merging(["Last-Event-ID": last]) { $1 })
                try back.read(until: #"{"decided":2,"pending":3}"#)
                #expect(!back.text.contains(#"{"decided":1,"#))
                #expect(!back.text.contains("event: model"))
                // The number of another start is none.
                let other = headers.merging(["Last-Event-ID": "0-1"]) { $1 }
                try Listener(port, other).read(until: #"{"decided":2,"pending":3}"#, "event: model")
            }
        }
    }

    @Test func `who comes back when nobody listened meanwhile is told how things stand`()
        async throws
    {
        let moment = Timestamp.now
        var limits = Self.quick
        limits.listeners = 1
        let backend = MemoryBackend(changesUnheard: true)
        try await TestServer.run(backend, limits: limits, clock: { moment }) { server in
            let headers = try await server.signedIn()
            try await blocking { [port = server.port] in
                var listener: Listener? = try Listener(port, headers)
                try listener?.read(until: #"{"decided":0,"pending":5}"#, "event: model")
                let text = listener?.text ?? ""
                let told = text.matches(of: #/id: ([0-9a-f]+-[0-9]+)\n/#).map(\.1)
                let last = String(try #require(told.last))
                listener = nil
                while true {
                    let back = try Listener(port, headers.merging(["Last-Event-ID": last]) { $1 })
                    try back.read(until: "HTTP/1.1 ")
                    guard back.text.contains(" 200") else { continue }
                    try back.read(until: ": still here")
                    try #require(back.text.contains(#"{"decided":1,"pending":4}"#))
                    break
                }
            }
        }
    }

    @Test func `no more listen than may`() async throws {
        var limits = Self.quick
        limits.listeners = 1
        try await TestServer.run(limits: limits) { [limits] server in
            let headers = try await server.signedIn()
            try await blocking { [port = server.port] in
                func refused() throws -> HTTPExchange {
                    try HTTPExchange("GET", "/api/v1/events", port: port, headers: headers)
                }
                var listener: Listener? = try Listener(port, headers)
                try listener?.read(until: "event: progress")
                let answer = try refused()
                #expect(limits.listeners == 1 && answer.status == 503)
                #expect(answer.text.contains("too-many-listeners"))
                #expect(answer.headers["retry-after"] == "30")
                listener = nil
                // Who has gone is noticed with the next sign of life.
                while true {
                    let next = try Listener(port, headers)
                    try next.read(until: "HTTP/1.1 ")
                    if next.text.contains(" 200") { break }
                }
            }
        }
    }
}
