import Curation
import CurationCore
import HTTPTypes
import Hummingbird

/// The routes of the views: frozen lists of pictures, what is in them, what is decided about them.
struct GridRoutes<Backend: ReviewBackend>: Sendable {
    private static var mostRows: Int { 4096 }
    private static var mostItems: Int { 1000 }
    private static var mostFields: Int { 40 }
    // No data set has more pictures: their numbers have 32 bits.
    private static var lastPosition: Int { Int(UInt32.max) }

    let backend: Backend

    func add(to router: Router<ReviewContext>) {
        let api = router.group("api/v1").add(middleware: GridErrors())
        api.post("views") { request, context in try await make(request, context) }
        api.get("views/:view/rows") { request, context in try await rows(request, context) }
        api.get("views/:view/items") { request, context in try await items(request, context) }
        api.get("views/:view/facets") { request, context in try await facets(request, context) }
        api.post("views/:view/decisions") { request, context in try await decide(request, context) }
        api.put("images/:id/annotations") { request, context in try await edit(request, context) }
    }

    private func make(_ request: Request, _ context: ReviewContext) async throws -> Response {
        let query = try await request.json(ViewQuery.self)
        return .json(try await backend.makeView(query, for: context.reviewer))
    }

    private func rows(_ request: Request, _ context: ReviewContext) async throws -> Response {
        let from = try request.number("from") ?? 0
        let count = try request.number("count") ?? 1024
        guard (0...Self.lastPosition).contains(from), (1...Self.mostRows).contains(count) else {
            throw RequestRefusal.invalid(
                "from must be 0 or more, count from 1 to \(Self.mostRows)."
            )
        }
        let bytes = try await backend.rows(
            of: view(context),
            from: from,
            count: count,
            for: context.reviewer
        )
        return .cached(
            bytes,
            type: "application/octet-stream",
            request: request,
            cacheControl: "private, no-cache"
        )
    }

    private func items(_ request: Request, _ context: ReviewContext) async throws -> Response {
        let limit = try request.number("limit") ?? 100
        let from = try request.number("cursor") ?? 0
        guard (0...Self.lastPosition).contains(from), (1...Self.mostItems).contains(limit) else {
            throw RequestRefusal.invalid(
                "limit must be from 1 to \(Self.mostItems), cursor what came with the last page."
            )
        }
        let found = try await backend.items(
            of: view(context),
            from: from,
            count: limit,
            for: context.reviewer
        )
        let next = from + found.items.count
        return .json(
            ItemsPayload(
                items: found.items,
                next: next < found.count && !found.items.isEmpty ? "\(next)" : nil
            )
        )
    }

    private func facets(_ request: Request, _ context: ReviewContext) async throws -> Response {
        let names = request.uri.queryParameters["fields"] ?? "class,state,score"
        let fields = names.split(separator: ",").map(String.init)
        guard (1...Self.mostFields).contains(fields.count) else {
            throw RequestRefusal.invalid("fields are from 1 to \(Self.mostFields) names.")
        }
        return .json(
            try await backend.facets(of: view(context), fields: fields, for: context.reviewer)
        )
    }

    private func decide(_ request: Request, _ context: ReviewContext) async throws -> Response {
        let decision = try await request.json(ViewDecision.self)
        let result = try await backend.decide(
            decision,
            about: view(context),
            by: context.reviewer
        )
        return .json(result)
    }

    private func edit(_ request: Request, _ context: ReviewContext) async throws -> Response {
        guard let id = context.parameters.get("id").flatMap({ Sample.ID($0) }) else {
            throw RequestRefusal.noImage
        }
        let edit = try await request.json(ImageEdit.self)
        do {
            return .json(try await backend.edit(edit, of: id, by: context.reviewer))
        } catch CurationError.badData(let message) {
            throw RequestRefusal.invalid(message)
        }
    }

    private func view(_ context: ReviewContext) throws -> String {
        guard let view = context.parameters.get("view") else { throw RequestRefusal.noView }
        return view
    }
}

struct ItemsPayload: Encodable {
    let items: [ViewItem]
    let next: String?
}

/// Turns what the views refuse into answers.
struct GridErrors: RouterMiddleware {
    func handle(
        _ request: Request,
        context: ReviewContext,
        next: @concurrent (Request, ReviewContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as GridError {
            throw RequestRefusal(error)
        }
    }
}

extension RequestRefusal {
    static let noView = RequestRefusal(
        .notFound,
        code: "no-view",
        message: "The view is not known any more.",
        remedy: "Ask for it again with POST /api/v1/views."
    )

    init(_ error: GridError) {
        self =
            switch error {
            case .noView: .noView
            case .noImage: .noImage
            case .invalid(let message): .invalid(message)
            case .countDiffers(let expected, let found):
                RequestRefusal(
                    .conflict,
                    code: "count-differs",
                    message: "\(found) pictures are chosen, and the page thought of \(expected).",
                    remedy: "Reload the page and choose again."
                )
            case .conflict:
                RequestRefusal(
                    .conflict,
                    code: "conflict",
                    message: "Another decision has this id.",
                    remedy: "Send each decision with an id of its own."
                )
            case .askedBlindly:
                RequestRefusal(
                    .conflict,
                    code: "asked",
                    message: "You are asked what a picture is, without seeing what others said.",
                    remedy: "Answer or skip it in the queue, or leave it out here."
                )
            case .newerVersion:
                RequestRefusal(
                    .preconditionFailed,
                    code: "newer-version",
                    message: "Somebody changed the labels of the picture meanwhile.",
                    remedy: "Load the picture again; what was drawn is kept."
                )
            }
    }
}
