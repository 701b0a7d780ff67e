import Curation
import Hummingbird
import Logging

/// Turns what a route throws into an answer that says what to do.
struct ErrorResponses: RouterMiddleware {
    func handle(
        _ request: Request,
        context: ReviewContext,
        next: @concurrent (Request, ReviewContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let refusal as RequestRefusal {
            throw refusal
        } catch let error as HTTPError where error.status == .notFound {
            throw RequestRefusal.notFound
        } catch let error as CancellationError {
            throw error
        } catch {
            if let refusal = (error as? CurationError).flatMap(RequestRefusal.init) {
                throw refusal
            }
            context.logger.error(
                "request failed",
                metadata: ["request.path": "\(request.uri.path)", "error": "\(error)"]
            )
            throw RequestRefusal(
                .internalServerError,
                code: "failed",
                message: "\(error)",
                remedy: "Try again; the terminal of `winnow review` says more."
            )
        }
    }
}
