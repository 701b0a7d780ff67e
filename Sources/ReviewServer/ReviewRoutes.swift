import Curation
import CurationCore
import HTTPTypes
import Hummingbird

/// The routes of the queue: session, data set, leases, decisions, undo.
struct ReviewRoutes<Backend: ReviewBackend>: Sendable {
    private static var mostItems: Int { 100 }

    let backend: Backend
    let guardian: AccessGuard

    func add(to router: Router<ReviewContext>) {
        let api = router.group("api/v1")
        api.post("session") { request, _ in try await openSession(request) }
        api.get("dataset") { _, context in try await dataset(context) }
        api.get("queue/next") { request, context in try await next(request, context) }
        api.post("leases/renew") { request, _ in try await renew(request) }
        api.post("leases/release") { request, _ in try await release(request) }
        api.post("decisions") { request, context in try await decide(request, context) }
        api.post("clusters/:item/split") { request, context in try await split(request, context) }
        api.post("undo") { request, context in try await undo(request, context) }
        api.post("redo") { request, context in try await redo(request, context) }
    }

    private func openSession(_ request: Request) async throws -> Response {
        let token = try await request.json(SessionRequest.self).token
        guard let reviewer = guardian.secrets.reviewer(ofToken: token) else {
            throw RequestRefusal.wrongToken
        }
        let cookie = guardian.sessionCookie(of: reviewer)
        return Response(status: .noContent, headers: [.setCookie: cookie])
    }

    private func dataset(_ context: ReviewContext) async throws -> Response {
        let overview = try await backend.overview()
        return .json(
            DatasetPayload(
                overview,
                try await backend.fields(),
                key: guardian.datasetKey,
                reviewer: context.reviewer
            )
        )
    }

    private func next(_ request: Request, _ context: ReviewContext) async throws -> Response {
        let limit = try request.number("limit") ?? 1
        guard (1...Self.mostItems).contains(limit) else {
            throw RequestRefusal.invalid("limit must be from 1 to \(Self.mostItems).")
        }
        let items = try await backend.next(limit: limit, reviewer: context.reviewer)
        return .json(NextPayload(items: items))
    }

    private func split(_ request: Request, _ context: ReviewContext) async throws -> Response {
        let lease = try await request.json(LeaseRequest.self).lease
        do {
            let items = try await backend.split(
                item: context.parameters.get("item") ?? "",
                lease: lease,
                reviewer: context.reviewer
            )
            return .json(NextPayload(items: items))
        } catch CurationError.input(let message) {
            throw RequestRefusal.lost(message)
        } catch CurationError.badData(let message) {
            throw RequestRefusal.invalid(message)
        }
    }

    private func renew(_ request: Request) async throws -> Response {
        let leases = try await leases(of: request)
        let expires = try await backend.renew(leases: leases)
        return .json(
            RenewalPayload(expires: expires, lost: leases.filter { expires[$0] == nil })
        )
    }

    private func release(_ request: Request) async throws -> Response {
        try await backend.release(leases: leases(of: request))
        return Response(status: .noContent)
    }

    private func leases(of request: Request) async throws -> [String] {
        let leases = try await request.json(LeasesRequest.self).leases
        guard leases.count <= Self.mostItems else {
            throw RequestRefusal.invalid("At most \(Self.mostItems) leases at once.")
        }
        return leases
    }

    private func decide(_ request: Request, _ context: ReviewContext) async throws -> Response {
        let decisions = try await request.json(DecisionsRequest.self).decisions
        guard decisions.count <= Self.mostItems else {
            throw RequestRefusal.invalid("At most \(Self.mostItems) decisions at once.")
        }
        // To put another name on it would say that somebody decided who did not.
        guard decisions.allSatisfy({ $0.reviewer == context.reviewer }) else {
            throw RequestRefusal.foreignReviewer
        }
        return .json(DecisionsPayload(results: try await backend.decide(decisions)))
    }

    private func undo(_ request: Request, _ context: ReviewContext) async throws -> Response {
        let steps = try await steps(of: request)
        let report = try await backend.undoActs(of: context.reviewer, steps: steps)
        return .json(UndoPayload(undone: report))
    }

    private func redo(_ request: Request, _ context: ReviewContext) async throws -> Response {
        let steps = try await steps(of: request)
        let report = try await backend.redoActs(of: context.reviewer, steps: steps)
        return .json(UndoPayload(redone: report))
    }

    private func steps(of request: Request) async throws -> Int {
        let steps = try await request.json(UndoRequest.self).steps
        guard (1...Self.mostItems).contains(steps) else {
            throw RequestRefusal.invalid("steps must be from 1 to \(Self.mostItems).")
        }
        return steps
    }
}
