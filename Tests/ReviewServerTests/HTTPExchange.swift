import Foundation
import Testing

/// That there was no whole answer: nothing listens, or the connection was closed.
struct NoAnswer: Error {}

/// One request and its answer, every byte of the head chosen by the test.
struct HTTPExchange {
    let status: Int
    /// By lower-case name; the last wins.
    let headers: [String: String]
    let body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }

    /// Sends a request to `port` and waits for the answer.
    init(
        _ method: String,
        _ path: String,
        port: Int,
        headers: [String: String],
        body: [UInt8] = []
    ) throws {
        guard let connection = HTTPConnection(port: port) else { throw NoAnswer() }
        var head = "\(method) \(path) HTTP/1.1\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        if method == "POST" || method == "PUT", headers["Transfer-Encoding"] == nil,
            headers["Content-Length"] == nil
        {
            head += "Content-Length: \(body.count)\r\n"
        }
        _ = connection.send(Array("\(head)\r\n".utf8) + body)
        try self.init(from: connection)
    }

    private init(from connection: HTTPConnection) throws {
        var bytes: [UInt8] = []
        let blank = Array("\r\n\r\n".utf8)
        while bytes.firstRange(of: blank) == nil {
            let more = connection.receive()
            guard !more.isEmpty else { throw NoAnswer() }
            bytes += more
        }
        let end = try #require(bytes.firstRange(of: blank))
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
            .components(separatedBy: "\r\n")
        status = try #require(Int(lines[0].split(separator: " ")[1]))
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
        }
        self.headers = headers
        var body = Array(bytes[end.upperBound...])
        let length = headers["content-length"].flatMap { Int($0) } ?? 0
        while body.count < length {
            let more = connection.receive()
            guard !more.isEmpty else { throw NoAnswer() }
            body += more
        }
        self.body = body
    }

    /// The answer as JSON.
    func json<Payload: Decodable>(_ type: Payload.Type) throws -> Payload {
        try JSONDecoder().decode(type, from: Data(body))
    }
}
