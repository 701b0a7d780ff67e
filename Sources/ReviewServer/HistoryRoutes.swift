import Curation
import CurationCore
import HTTPTypes
import Hummingbird

/// The routes of the versions: log, commit, differences, conflicts, the ways back.
struct HistoryRoutes<Backend: ReviewBackend>: Sendable {
    private static var longestMessage: Int { 2000 }

    let backend: Backend

    func add(to router: Router<ReviewContext>) {
        let api = router.group("api/v1").add(middleware: GridErrors())
        api.get("versions") { request, _ in try await log(request) }
        api.post("versions") { request, context in try await commit(request, context) }
        api.get("diff") { request, context in try await diff(request, context) }
        api.get("conflicts") { request, _ in try await conflicts(request) }
        api.post("conflicts") { request, context in try await settle(request, context, one: false) }
        api.post("conflicts/:id") { request, context in
            try await settle(request, context, one: true)
        }
        api.post("versions/restore") { request, context in
            try await restoreVersion(request, context)
        }
        api.post("restore") { request, context in try await restore(request, context) }
        api.get("images/:id/history") { _, context in try await history(context) }
        api.get("annotations/:id/why") { _, context in
            let label = context.parameters.get("id") ?? ""
            return Response.json(try await backend.why(label, for: context.reviewer))
        }
        api.post("batches/:id/undo") { request, context in
            try await undo(request, context, again: false)
        }
        api.post("batches/:id/redo") { request, context in
            try await undo(request, context, again: true)
        }
    }

    private func log(_ request: Request) async throws -> Response {
        let list = try ListRequest(request, usual: 200)
        let after = try list.cursor.map { text throws(RequestRefusal) in
            guard let id = ContentDigest(hex: text) else {
                throw .invalid("The cursor is none of this list.")
            }
            return id
        }
        return .json(try await backend.versions(limit: list.limit, after: after))
    }

    private func commit(_ request: Request, _ context: ReviewContext) async throws -> Response {
        let wanted = try await request.json(CommitRequest.self)
        let message = wanted.message.trimmed
        guard !message.isEmpty, message.count <= Self.longestMessage else {
            throw RequestRefusal.invalid(
                "A version needs a message of 1 to \(Self.longestMessage) letters."
            )
        }
        return .json(
            try await backend.commit(message: message, tag: wanted.tag, author: context.reviewer)
        )
    }

    private func diff(_ request: Request, _ context: ReviewContext) async throws -> Response {
        let list = try ListRequest(request)
        guard let before = request.text("a"), let after = request.text("b") else {
            throw RequestRefusal.invalid("a and b name what is compared.")
        }
        return .json(
            try await backend.diff(
                DiffRequest(
                    before: before,
                    after: after,
                    from: request.text("from"),
                    to: request.text("to"),
                    cursor: try list.number(),
                    limit: list.limit
                ),
                for: context.reviewer
            )
        )
    }

    private func conflicts(_ request: Request) async throws -> Response {
        let list = try ListRequest(request)
        return .json(
            try await backend.conflicts(limit: list.limit, after: try list.number() ?? 0)
        )
    }

    private func settle(
        _ request: Request,
        _ context: ReviewContext,
        one: Bool
    ) async throws -> Response {
        let wanted = try await request.json(SettlementRequest.self)
        let id = one ? Int64(context.parameters.get("id") ?? "") : nil
        guard !one || id != nil else { throw RequestRefusal.noConflict }
        let report = try await backend.settle(
            Settlement(take: wanted.take, conflict: id, category: one ? nil : wanted.category),
            author: context.author
        )
        guard !one || report.changed > 0 else { throw RequestRefusal.noConflict }
        return .json(report)
    }

    private func restore(_ request: Request, _ context: ReviewContext) async throws -> Response {
        let wanted = try await request.json(RestoreRequest.self)
        guard try await backend.history(of: wanted.image, for: context.reviewer) != nil else {
            throw RequestRefusal.noImage
        }
        return .json(
            try await backend.restore(
                image: wanted.image,
                to: wanted.version,
                by: context.reviewer
            )
        )
    }

    private func restoreVersion(
        _ request: Request,
        _ context: ReviewContext
    ) async throws -> Response {
        let wanted = try await request.json(RestoreVersionRequest.self)
        let made = try await backend.restore(version: wanted.version, by: context.reviewer)
        return .json(RestoredPayload(version: made))
    }

    private func history(_ context: ReviewContext) async throws -> Response {
        guard let id = Sample.ID(context.parameters.get("id") ?? ""),
            let lines = try await backend.history(of: id, for: context.reviewer)
        else { throw RequestRefusal.noImage }
        return .json(HistoryPayload(items: lines))
    }

    private func undo(
        _ request: Request,
        _ context: ReviewContext,
        again: Bool
    ) async throws -> Response {
        try await request.nothing()
        let batch = context.parameters.get("id") ?? ""
        return .json(
            try await backend.undo(batch: batch, again: again, author: context.author)
        )
    }
}

extension ReviewContext {
    /// Who is signed in, as the log names people.
    var author: String { "reviewer:\(reviewer)" }
}

extension RequestRefusal {
    static let noConflict = RequestRefusal(
        .conflict,
        code: "settled",
        message: "The conflict is settled, or there is none of this number.",
        remedy: "Reload the page to see what is open."
    )
}

struct CommitRequest: Codable {
    let message: String
    let tag: String?
}

struct SettlementRequest: Codable {
    let take: Settlement.Side
    let category: String?

    enum CodingKeys: String, CodingKey {
        case take
        case category = "class"
    }
}

struct RestoreRequest: Codable {
    let version: String
    let image: Sample.ID
}

struct RestoreVersionRequest: Codable {
    let version: String
}

struct RestoredPayload: Encodable {
    let version: VersionLog.Entry?
}

struct HistoryPayload: Encodable {
    let items: [BlameLine]
}

extension String {
    /// Without white space at its ends.
    fileprivate var trimmed: String {
        let rest = drop(while: \.isWhitespace)
        return String(rest.reversed().drop(while: \.isWhitespace).reversed())
    }
}
