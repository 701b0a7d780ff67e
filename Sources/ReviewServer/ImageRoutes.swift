import Curation
import CurationCore
import HTTPTypes
import Hummingbird

/// The routes of the pictures: details, pixels, thumbnails.
struct ImageRoutes<Backend: ReviewBackend>: Sendable {
    private static var widths: [Int] { [512, 1024, 2048, 4096] }

    let backend: Backend
    let datasetKey: String

    func add(to router: Router<ReviewContext>) {
        router.get("api/v1/images/:id") { _, context in try await detail(context) }
        router.get("api/v1/images/:id/pixels") { request, context in
            try await pixels(request, context)
        }
        router.get("d/:dataset/thumbs/:id/:file") { request, context in
            try await thumbnail(request, context)
        }
    }

    private func detail(_ context: ReviewContext) async throws -> Response {
        guard let detail = try await backend.image(id(context), for: context.reviewer) else {
            throw RequestRefusal.noImage
        }
        return .json(detail)
    }

    private func pixels(_ request: Request, _ context: ReviewContext) async throws -> Response {
        let width = try request.number("w") ?? 1024
        guard Self.widths.contains(width) else {
            throw RequestRefusal.invalid("w must be 512, 1024, 2048 or 4096.")
        }
        guard let bytes = try await backend.picture(of: id(context), width: width) else {
            throw RequestRefusal.noImage
        }
        return .cached(bytes, type: "image/jpeg", request: request)
    }

    private func thumbnail(_ request: Request, _ context: ReviewContext) async throws -> Response {
        guard context.parameters.get("dataset") == datasetKey,
            let file = context.parameters.get("file"),
            let side = ReviewDesk.thumbnailSides.first(where: { file == "\($0).jpg" })
        else { throw RequestRefusal.notFound }
        let known = request.headers[.ifNoneMatch].map { String($0.dropFirst().dropLast()) }
        let found = try await backend.thumbnail(of: id(context), side: side, unless: known)
        guard let found else { throw RequestRefusal.noImage }
        let headers: HTTPFields = [
            .eTag: "\"\(found.tag)\"", .cacheControl: "private, max-age=3600",
        ]
        guard let bytes = found.bytes else {
            return Response(status: .notModified, headers: headers)
        }
        return .bytes(bytes, type: "image/jpeg", headers: headers)
    }

    private func id(_ context: ReviewContext) throws -> Sample.ID {
        guard let id = context.parameters.get("id").flatMap({ Sample.ID($0) }) else {
            throw RequestRefusal.noImage
        }
        return id
    }
}

extension Response {
    /// Bytes that the browser may keep for an hour, or 304 when it has them.
    static func cached(
        _ bytes: [UInt8],
        type: String,
        request: Request,
        cacheControl: String = "private, max-age=3600"
    ) -> Response {
        let tag = "\"\(ContentDigest(of: bytes).hex.prefix(32))\""
        let headers: HTTPFields = [.eTag: tag, .cacheControl: cacheControl]
        if request.headers[.ifNoneMatch] == tag {
            return Response(status: .notModified, headers: headers)
        }
        return .bytes(bytes, type: type, headers: headers)
    }
}
