import Curation
import CurationCore
import HTTPTypes
import Hummingbird

/// The routes of what is wrong: counts, pictures, copies, who belongs to the data set; and the progress.
struct IssueRoutes<Backend: ReviewBackend>: Sendable {
    private static var mostImages: Int { 20_000 }
    private static var longestID: Int { 200 }

    let backend: Backend

    func add(to router: Router<ReviewContext>) {
        let api = router.group("api/v1")
        api.get("progress") { request, _ in try await progress(request) }
        api.get("issues") { _, _ in Response.json(try await backend.issues()) }
        api.get("issues/:kind") { request, context in try await issues(request, context) }
        api.get("duplicates") { request, context in try await duplicates(request, context) }
        api.post("membership") { request, context in try await setMembership(request, context) }
    }

    private func progress(_ request: Request) async throws -> Response {
        let detail = request.text("detail") ?? "true"
        guard ["true", "false"].contains(detail) else {
            throw RequestRefusal.invalid("detail must be true or false.")
        }
        return .json(try await backend.progress(detail: detail == "true"))
    }

    private func issues(_ request: Request, _ context: ReviewContext) async throws -> Response {
        let list = try ListRequest(request)
        let page = try await backend.issues(
            of: context.parameters.get("kind") ?? "",
            limit: list.limit,
            after: list.cursor,
            for: context.reviewer
        )
        guard let page else { throw RequestRefusal.notFound }
        return .json(page)
    }

    private func duplicates(
        _ request: Request,
        _ context: ReviewContext
    ) async throws -> Response {
        let list = try ListRequest(request)
        let kind = try request.text("kind").map { text throws(RequestRefusal) in
            guard let kind = DuplicateGroup.Kind(rawValue: text) else {
                throw .invalid("kind must be exact or near.")
            }
            return kind
        }
        return .json(
            try await backend.duplicates(
                of: kind,
                limit: list.limit,
                after: list.cursor,
                for: context.reviewer
            )
        )
    }

    private func setMembership(
        _ request: Request,
        _ context: ReviewContext
    ) async throws -> Response {
        let wanted = try await request.json(MembershipRequest.self)
        guard (1...Self.longestID).contains(wanted.id.count) else {
            throw RequestRefusal.invalid("id must be a text of 1 to \(Self.longestID) characters.")
        }
        let report = try await backend.setMembership(
            choice(of: wanted),
            isPresent: wanted.present,
            id: wanted.id,
            author: context.author
        )
        return .json(report)
    }

    private func choice(of wanted: MembershipRequest) throws(RequestRefusal) -> MembershipChoice {
        switch (wanted.images, wanted.duplicates) {
        case (let images?, nil):
            guard images.count <= Self.mostImages else {
                throw .invalid("At most \(Self.mostImages) pictures at once.")
            }
            return .images(images)
        case (nil, let kind?):
            guard !wanted.present else { throw .invalid("Copies can only be taken out together.") }
            return .copies(kind, expected: wanted.expectedCount)
        default: throw .invalid("Name either images or duplicates.")
        }
    }
}

struct MembershipRequest: Codable {
    let id: String
    let images: [Sample.ID]?
    let duplicates: DuplicateGroup.Kind?
    let present: Bool
    let expectedCount: Int?

    enum CodingKeys: String, CodingKey {
        case id, images, duplicates, present
        case expectedCount = "expected_count"
    }
}

extension MembershipRequest {
    /// Reads either pictures or copies: a null beside the other is no answer to which of them is meant.
    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(String.self, forKey: .id)
        present = try container.decode(Bool.self, forKey: .present)
        images = try container.given([Sample.ID].self, forKey: .images)
        duplicates = try container.given(DuplicateGroup.Kind.self, forKey: .duplicates)
        expectedCount = try container.given(Int.self, forKey: .expectedCount)
    }
}

extension KeyedDecodingContainer {
    /// What a key holds, which is not null; nil only where the key is missing.
    fileprivate func given<Value: Decodable>(
        _ type: Value.Type,
        forKey key: Key
    ) throws -> Value? {
        try contains(key) ? decode(type, forKey: key) : nil
    }
}
