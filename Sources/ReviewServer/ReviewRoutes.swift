import CurationCore
import HTTPTypes
import Hummingbird

/// The routes of the queue: session, data set, leases, decisions, undo, progress.
struct ReviewRoutes<Backend: ReviewBackend>: Sendable {
    private static var mostItems: Int { 100 }

    let backend: Backend
    let guardian: AccessGuard
    let reviewer: String

    func add(to router: Router<ReviewContext>) {
        let api = router.group("api/v1")
        api.post("session") { request, _ in try await openSession(request) }
        api.get("dataset") { _, _ in try await dataset() }
        api.get("progress") { _, _ in Response.json(try await backend.status()) }
        api.get("queue/next") { request, _ in try await next(request) }
        api.post("leases/renew") { request, _ in try await renew(request) }
        api.post("leases/release") { request, _ in try await release(request) }
        api.post("decisions") { request, _ in try await decide(request) }
        api.post("undo") { request, _ in try await undo(request) }
    }

    private func openSession(_ request: Request) async throws -> Response {
        let token = try await request.json(SessionRequest.self).token
        guard guardian.secrets.isToken(token) else { throw RequestRefusal.wrongToken }
        return Response(status: .noContent, headers: [.setCookie: guardian.sessionCookie()])
    }

    private func dataset() async throws -> Response {
        let overview = try await backend.overview()
        return .json(
            DatasetPayload(overview, key: guardian.datasetKey, reviewer: reviewer)
        )
    }

    private func next(_ request: Request) async throws -> Response {
        let limit = try request.number("limit") ?? 1
        guard (1...Self.mostItems).contains(limit) else {
            throw RequestRefusal.invalid("limit must be from 1 to \(Self.mostItems).")
        }
        return .json(NextPayload(items: try await backend.next(limit: limit, reviewer: reviewer)))
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

    private func undo(_ request: Request) async throws -> Response {
        let steps = try await request.json(UndoRequest.self).steps
        guard (1...Self.mostItems).contains(steps) else {
            throw RequestRefusal.invalid("steps must be from 1 to \(Self.mostItems).")
        }
        return .json(UndoPayload(undone: try await backend.undo(reviewer: reviewer, steps: steps)))
    }
}
