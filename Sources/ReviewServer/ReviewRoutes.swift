import CurationCore
import HTTPTypes
import Hummingbird

/// The routes of the queue: session, data set, leases, decisions, undo, progress.
struct ReviewRoutes<Backend: ReviewBackend>: Sendable {
    private static var mostItems: Int { 100 }

    let backend: Backend
    let guardian: AccessGuard

    func add(to router: Router<ReviewContext>) {
        let api = router.group("api/v1")
        api.post("session") { request, _ in try await openSession(request) }
        api.get("dataset") { _, context in try await dataset(context) }
        api.get("progress") { _, _ in Response.json(try await backend.status()) }
        api.get("queue/next") { request, context in try await next(request, context) }
        api.post("leases/renew") { request, _ in try await renew(request) }
        api.post("leases/release") { request, _ in try await release(request) }
        api.post("decisions") { request, _ in try await decide(request) }
        api.post("undo") { request, context in try await undo(request, context) }
    }

    private func openSession(_ request: Request) async throws -> Response {
        let token = try await request.json(SessionRequest.self).token
        guard guardian.secrets.isToken(token) else { throw RequestRefusal.wrongToken }
        return Response(status: .noContent, headers: [.setCookie: guardian.sessionCookie()])
    }

    private func dataset(_ context: ReviewContext) async throws -> Response {
        let overview = try await backend.overview()
        return .json(
            DatasetPayload(overview, key: guardian.datasetKey, reviewer: context.reviewer)
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

    private func decide(_ request: Request) async throws -> Response {
        let decisions = try await request.json(DecisionsRequest.self).decisions
        guard decisions.count <= Self.mostItems else {
            throw RequestRefusal.invalid("At most \(Self.mostItems) decisions at once.")
        }
        return .json(DecisionsPayload(results: try await backend.decide(decisions)))
    }

    private func undo(_ request: Request, _ context: ReviewContext) async throws -> Response {
        let steps = try await request.json(UndoRequest.self).steps
        guard (1...Self.mostItems).contains(steps) else {
            throw RequestRefusal.invalid("steps must be from 1 to \(Self.mostItems).")
        }
        let undone = try await backend.undo(reviewer: context.reviewer, steps: steps)
        return .json(UndoPayload(undone: undone))
    }
}
