import Curation
import CurationCore
import FoundationEssentials
import HTTPTypes
import Hummingbird
import NIOCore

/// What went wrong, in words for the person at the page.
struct ErrorPayload: Codable, Sendable {
    let code: String
    let message: String
    let remedy: String
}

struct SessionRequest: Codable {
    let token: String
}

/// The data set as the page shows it.
struct DatasetPayload: Encodable {
    struct Counts: Codable {
        let images: Int
        let pending: Int
        let leased: Int
        let decided: Int
    }

    let name: String
    let key: String
    let task: LabelTask
    let version: String?
    let classes: [DatasetOverview.ClassCount]
    let counts: Counts
    let reviewer: String
    let fields: [FieldOverview]
    let capabilities: [String]

    init(
        _ overview: DatasetOverview,
        _ fields: [FieldOverview],
        key: String,
        reviewer: String
    ) {
        self.fields = fields
        capabilities = ["grid", "undo", "redo", "edit", "similar", "flag", "comment"]
        name = overview.name
        self.key = key
        task = overview.task
        version = overview.version
        classes = overview.classes
        counts = Counts(
            images: overview.images,
            pending: overview.pending,
            leased: overview.leased,
            decided: overview.decided
        )
        self.reviewer = reviewer
    }
}

struct NextPayload: Codable {
    let items: [ReviewItem]
}

struct LeaseRequest: Codable {
    let lease: String
}

struct LeasesRequest: Codable {
    let leases: [String]
}

struct RenewalPayload: Codable {
    let expires: [String: String]
    let lost: [String]
}

struct DecisionsRequest: Codable {
    let decisions: [ReviewSubmission]
}

struct DecisionsPayload: Codable {
    let results: [SubmissionResult]
}

struct UndoRequest: Codable {
    let steps: Int
}

/// What was taken back, or done again.
struct UndoPayload: Encodable {
    let undone: [ReversedAct]?
    let redone: [ReversedAct]?
    let canUndo: Bool
    let canRedo: Bool

    enum CodingKeys: String, CodingKey {
        case undone, redone
        case canUndo = "can_undo"
        case canRedo = "can_redo"
    }

    init(undone report: ReversedActs) {
        (undone, redone) = (report.acts, nil)
        (canUndo, canRedo) = (report.canUndo, report.canRedo)
    }

    init(redone report: ReversedActs) {
        (undone, redone) = (nil, report.acts)
        (canUndo, canRedo) = (report.canUndo, report.canRedo)
    }
}

extension Response {
    /// An answer in JSON, with sorted keys.
    static func json(_ payload: some Encodable, status: HTTPResponse.Status = .ok) -> Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(payload) else {
            preconditionFailure("the payloads hold only what JSON can say")
        }
        return .bytes(Array(data), type: "application/json", status: status)
    }

    /// An answer of bytes.
    static func bytes(
        _ bytes: [UInt8],
        type: String,
        status: HTTPResponse.Status = .ok,
        headers: HTTPFields = [:]
    ) -> Response {
        var headers = headers
        headers[.contentType] = type
        return Response(
            status: status,
            headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        )
    }
}

extension Request {
    /// The JSON that the request carries.
    func json<Payload: Decodable>(_ type: Payload.Type) async throws -> Payload {
        try Self.decode(type, from: try await content())
    }

    /// Takes a body that is to say nothing: none, or an object, whose content is not read.
    func nothing() async throws {
        let bytes = try await content()
        if !bytes.isEmpty { _ = try Self.decode([String: Anything].self, from: bytes) }
    }

    private func content() async throws -> Data {
        do {
            let body = try await body.collect(upTo: AccessGuard.largestBody)
            return Data(body.readableBytesView)
        } catch is NIOTooManyBytesError {
            throw RequestRefusal.tooLarge
        }
    }

    private static func decode<Payload: Decodable>(
        _ type: Payload.Type,
        from bytes: Data
    ) throws -> Payload {
        // A database ends a text there, so that what is read would not be what was sent.
        guard bytes.firstRange(of: Data(#"\u0000"#.utf8)) == nil else {
            throw RequestRefusal.invalid("A text must not hold the character U+0000.")
        }
        do {
            return try JSONDecoder().decode(type, from: bytes)
        } catch {
            throw RequestRefusal.invalid("The request cannot be read: \(error)")
        }
    }

    /// A whole number in the query; nil when it is not there.
    func number(_ name: String) throws(RequestRefusal) -> Int? {
        guard let text = uri.queryParameters[Substring(name)] else { return nil }
        guard let number = Int(text) else { throw .invalid("\(name) must be a whole number.") }
        return number
    }
}

/// Any JSON, which is not looked at.
private struct Anything: Decodable {
    init(from decoder: any Decoder) {}
}
