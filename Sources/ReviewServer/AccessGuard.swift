import CurationCore
import HTTPTypes
import Hummingbird

/// Lets through only what comes from the page itself, opened by somebody who has the token.
///
/// The checks, in this order: the name that the browser used for this server (against a foreign
/// name that resolves to 127.0.0.1), the page that asks (against other sites), the kind and size of
/// what is written, the session.
struct AccessGuard: RouterMiddleware {
    static let largestBody = 256 * 1024

    let secrets: AccessSecrets
    /// Names the cookie; cookies ignore ports, so that two data sets need two names.
    let datasetKey: String
    let clock: @Sendable () -> Timestamp
    /// Who decides in every session.
    let reviewer: String

    func handle(
        _ request: Request,
        context: ReviewContext,
        next: @concurrent (Request, ReviewContext) async throws -> Response
    ) async throws -> Response {
        var response: Response
        var context = context
        do {
            try check(request, port: context.port)
            context.reviewer = reviewer
            response = try await next(request, context)
        } catch let refusal as RequestRefusal {
            response = refusal.response
        }
        for field in Self.protections where response.headers[field.name] == nil {
            response.headers[field.name] = field.value
        }
        return response
    }

    /// The name of the session's cookie.
    var cookieName: String { "winnow_\(datasetKey)" }

    /// The header that opens a session.
    func sessionCookie() -> String {
        "\(cookieName)=\(secrets.session(from: clock())); Path=/; HttpOnly; SameSite=Strict; "
            + "Max-Age=\(Int(AccessSecrets.sessionLength))"
    }

    private func check(_ request: Request, port: Int) throws(RequestRefusal) {
        let host = request.head.authority ?? ""
        guard ["127.0.0.1:\(port)", "localhost:\(port)", "[::1]:\(port)"].contains(host) else {
            throw .foreignHost
        }
        if let origin = request.headers[.origin], origin != "http://\(host)" {
            throw .foreignOrigin
        }
        try checkFetchSite(request)
        switch request.method {
        case .get: break
        case .post: try checkWrite(request)
        default: throw .method
        }
        if needsSession(request) {
            let cookie = request.cookies[cookieName]?.value ?? ""
            guard secrets.isSession(cookie, at: clock()) else { throw .signedOut }
        }
    }

    // Only the shell of the page, which has no data, may be opened by a link from elsewhere.
    private func checkFetchSite(_ request: Request) throws(RequestRefusal) {
        guard let site = request.headers[.fetchSite], site != "same-origin" else { return }
        guard request.method == .get, site == "none" || request.uri.path == "/" else {
            throw .foreignOrigin
        }
    }

    private func checkWrite(_ request: Request) throws(RequestRefusal) {
        guard request.headers[.origin] != nil else { throw .foreignOrigin }
        let type = request.headers[.contentType]?.split(separator: ";").first
        guard type?.lowercased() == "application/json" else { throw .notJSON }
        if let length = request.headers[.contentLength].flatMap({ Int($0) }) {
            guard length <= Self.largestBody else { throw .tooLarge }
        }
    }

    private func needsSession(_ request: Request) -> Bool {
        let path = request.uri.path
        guard path.hasPrefix("/api/") || path.hasPrefix("/d/") else { return false }
        return !(request.method == .post && path == "/api/v1/session")
    }

    private static let protections: [HTTPField] = [
        HTTPField(
            name: .contentSecurityPolicy,
            value: "default-src 'none'; script-src 'self'; style-src 'self'; "
                + "img-src 'self' blob:; connect-src 'self'; frame-ancestors 'none'; "
                + "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; "
                + "trusted-types 'none'"
        ),
        HTTPField(name: .xContentTypeOptions, value: "nosniff"),
        HTTPField(name: .referrerPolicy, value: "no-referrer"),
        HTTPField(name: .openerPolicy, value: "same-origin"),
        HTTPField(name: .embedderPolicy, value: "require-corp"),
        HTTPField(name: .resourcePolicy, value: "same-origin"),
        HTTPField(name: .cacheControl, value: "no-store"),
    ]
}

extension HTTPField.Name {
    fileprivate static let fetchSite = literal("Sec-Fetch-Site")
    fileprivate static let referrerPolicy = literal("Referrer-Policy")
    fileprivate static let openerPolicy = literal("Cross-Origin-Opener-Policy")
    fileprivate static let embedderPolicy = literal("Cross-Origin-Embedder-Policy")
    fileprivate static let resourcePolicy = literal("Cross-Origin-Resource-Policy")

    private static func literal(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else {
            preconditionFailure("\(text) is no name of a header")
        }
        return name
    }
}
