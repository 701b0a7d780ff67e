import Curation
import CurationCore
import HTTPTypes
import Hummingbird

/// The routes of flags and comments, which change no label.
struct RemarkRoutes<Backend: ReviewBackend>: Sendable {
    private static var mostImages: Int { 1000 }

    let backend: Backend

    func add(to router: Router<ReviewContext>) {
        let api = router.group("api/v1")
        api.post("flags") { request, context in try await flag(request, context) }
        api.post("images/:id/comments") { request, context in try await comment(request, context) }
    }

    private func flag(_ request: Request, _ context: ReviewContext) async throws -> Response {
        let flags = try await request.json(FlagsRequest.self)
        guard (1...Self.mostImages).contains(flags.images.count) else {
            throw RequestRefusal.invalid("images are from 1 to \(Self.mostImages) numbers.")
        }
        let changed = try await backend.flag(flags.images, isOn: flags.on, by: context.reviewer)
        return .json(FlagsPayload(changed: changed))
    }

    private func comment(_ request: Request, _ context: ReviewContext) async throws -> Response {
        guard let id = context.parameters.get("id").flatMap({ Sample.ID($0) }) else {
            throw RequestRefusal.noImage
        }
        let text = try await request.json(CommentRequest.self).text
        do {
            return .json(try await backend.comment(text, on: id, by: context.reviewer))
        } catch CurationError.badData(let message) {
            throw RequestRefusal.invalid(message)
        } catch CurationError.input {
            throw RequestRefusal.noImage
        }
    }
}

struct FlagsRequest: Decodable {
    let images: [Sample.ID]
    let on: Bool
}

struct FlagsPayload: Encodable {
    let changed: Int
}

struct CommentRequest: Decodable {
    let text: String
}
