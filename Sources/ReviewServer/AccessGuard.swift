import CurationCore
import HTTPTypes
import Hummingbird

/// Lets through only what comes from the page itself, opened by somebody who has a token.
///
/// The checks, in this order: the name that the browser used for this server (against a foreign
/// name that resolves to its address), the size of the head, the page that asks (against other
/// sites), the kind and size of what is written, the session, how often it asks.
struct AccessGuard: RouterMiddleware {
    // The masks of a crowded picture fit into it.
    static let largestBody = 4 * 1024 * 1024

    let secrets: AccessSecrets
    let settings: ReviewServerSettings
    /// Which methods each address answers to.
    var methods = RouteMethods()
    private let rates = RequestRates()

    init(secrets: AccessSecrets, settings: ReviewServerSettings) {
        self.secrets = secrets
        self.settings = settings
    }

    func handle(
        _ request: Request,
        context: ReviewContext,
        next: @concurrent (Request, ReviewContext) async throws -> Response
    ) async throws -> Response {
        var response: Response
        var context = context
        do {
            try check(request, port: context.port)
            context.reviewer = try reviewer(of: request, context)
            response = try await next(request, context)
        } catch let refusal as RequestRefusal {
            response = refusal.response
        }
        for field in Self.protections where response.headers[field.name] == nil {
            response.headers[field.name] = field.value
        }
        return response
    }

    /// Tells this data set from others that come up on the same port.
    var datasetKey: String { settings.datasetKey }

    /// The name of the session's cookie; cookies ignore ports, so that two data sets need two names.
    var cookieName: String { "winnow_\(datasetKey)" }

    /// The header that opens a session of a reviewer.
    func sessionCookie(of reviewer: String) -> String {
        let value = secrets.session(of: reviewer, from: settings.clock())
        let secure = settings.binding.certificate == nil ? "" : "Secure; "
        return "\(cookieName)=\(value); Path=/; HttpOnly; \(secure)SameSite=Strict; "
            + "Max-Age=\(Int(AccessSecrets.sessionLength))"
    }

    private func check(_ request: Request, port: Int) throws(RequestRefusal) {
        let host = request.head.authority ?? ""
        guard settings.binding.hosts(port: port).contains(host) else { throw .foreignHost }
        try checkHead(request)
        if let origin = request.headers[.origin],
            origin != "\(settings.binding.scheme)://\(host)"
        {
            throw .foreignOrigin
        }
        try checkFetchSite(request)
        try checkMethod(request)
        if request.method != .get { try checkWrite(request) }
    }

    private func checkMethod(_ request: Request) throws(RequestRefusal) {
        let known = methods.answered(at: request.uri.path)
        let allowed = known.isEmpty ? [.get, .post, .put] : known
        guard !allowed.contains(request.method) else { return }
        throw .method(allowed: allowed.map(\.rawValue).sorted().joined(separator: ", "))
    }

    private func checkHead(_ request: Request) throws(RequestRefusal) {
        let limits = settings.limits
        guard (request.head.path ?? "").utf8.count <= limits.address else { throw .longAddress }
        let octets = request.headers.reduce(0) {
            $0 + $1.name.rawName.utf8.count + $1.value.utf8.count
        }
        guard octets <= limits.head else { throw .largeHead }
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

    /// Who asks, empty where anybody may; counted, so that nobody asks without end.
    private func reviewer(
        of request: Request,
        _ context: ReviewContext
    ) throws(RequestRefusal) -> String {
        let now = settings.clock()
        let cookie = request.cookies[cookieName]?.value ?? ""
        let reviewer = secrets.reviewer(ofSession: cookie, at: now)
        let isWrite = request.method != .get
        let limits = settings.limits
        let seconds =
            if let reviewer, !isSignIn(request) {
                rates.take(
                    "\(isWrite ? "w" : "r") \(reviewer)",
                    isWrite ? limits.writes : limits.reads,
                    at: now
                )
            } else {
                rates.take(
                    "\(isWrite ? "t" : "a") \(context.client)",
                    isWrite ? limits.tries : limits.reads,
                    at: now
                )
            }
        if let seconds { throw .tooOften(after: seconds) }
        guard let reviewer else {
            if needsSession(request) { throw .signedOut }
            return ""
        }
        return reviewer
    }

    /// All but the files of the page, which lie side by side: the router passes over empty parts of a path,
    /// so that no beginning tells what an address leads to.
    private func needsSession(_ request: Request) -> Bool {
        request.uri.path.dropFirst().contains("/") && !isSignIn(request)
    }

    private func isSignIn(_ request: Request) -> Bool {
        request.method == .post && request.uri.path == "/api/v1/session"
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
