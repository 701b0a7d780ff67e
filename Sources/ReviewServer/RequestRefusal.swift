import HTTPTypes
import Hummingbird

/// A request that is not answered: the status, and what the page tells the person.
struct RequestRefusal: Error {
    let status: HTTPResponse.Status
    let payload: ErrorPayload
    private let headers: HTTPFields

    init(
        _ status: HTTPResponse.Status,
        code: String,
        message: String,
        remedy: String,
        headers: HTTPFields = [:]
    ) {
        self.status = status
        self.headers = headers
        payload = ErrorPayload(code: code, message: message, remedy: remedy)
    }

    var response: Response {
        var response = Response.json(payload, status: status)
        for field in headers { response.headers[field.name] = field.value }
        return response
    }

    static let foreignHost = RequestRefusal(
        .forbidden,
        code: "foreign-host",
        message: "This server answers only under its own address.",
        remedy: "Open the address that `winnow review` printed."
    )
    static let foreignOrigin = RequestRefusal(
        .forbidden,
        code: "foreign-origin",
        message: "The request does not come from the review page.",
        remedy: "Open the address that `winnow review` printed."
    )
    static let notJSON = RequestRefusal(
        .unsupportedMediaType,
        code: "not-json",
        message: "What is written must be JSON.",
        remedy: "Send the header Content-Type: application/json."
    )
    static let tooLarge = RequestRefusal(
        .contentTooLarge,
        code: "too-large",
        message: "The request has more than \(AccessGuard.largestBody / 1024) KB.",
        remedy: "Send fewer decisions at once."
    )
    static let signedOut = RequestRefusal(
        .unauthorized,
        code: "signed-out",
        message: "This page is not signed in.",
        remedy: "Open the address that `winnow review` printed; unsent decisions are kept."
    )
    static let wrongToken = RequestRefusal(
        .unauthorized,
        code: "wrong-token",
        message: "The address is from an earlier start of the server.",
        remedy: "Open the address that `winnow review` printed last."
    )
    static let noImage = RequestRefusal(
        .notFound,
        code: "no-image",
        message: "The picture is gone, or its file cannot be read.",
        remedy: "It can still be rejected or skipped."
    )
    static let notFound = RequestRefusal(
        .notFound,
        code: "not-found",
        message: "There is nothing at this address.",
        remedy: "See schemas/review-api.yaml for the routes."
    )

    static let longAddress = RequestRefusal(
        .uriTooLong,
        code: "long-address",
        message: "The address of the request is too long.",
        remedy: "Put what is asked for into the body, or ask for less."
    )
    static let largeHead = RequestRefusal(
        .requestHeaderFieldsTooLarge,
        code: "large-head",
        message: "The headers of the request are too large.",
        remedy: "Delete the cookies of this address and open it again."
    )
    static let foreignReviewer = RequestRefusal(
        .forbidden,
        code: "foreign-reviewer",
        message: "A decision is by another reviewer than the one who is signed in.",
        remedy: "Open the address of the reviewer who decided; the decision is kept until then."
    )

    static let tooManyListeners = RequestRefusal(
        .serviceUnavailable,
        code: "too-many-listeners",
        message: "Too many pages listen for events.",
        remedy: "Close some; a page without events asks every few seconds.",
        headers: [.retryAfter: "30"]
    )

    /// A method that is not answered here.
    static func method(allowed: String) -> RequestRefusal {
        RequestRefusal(
            .methodNotAllowed,
            code: "method",
            message: "Only \(allowed) is answered here.",
            remedy: "See schemas/review-api.yaml for the routes.",
            headers: [.allow: allowed]
        )
    }

    /// One request too many.
    static func tooOften(after seconds: Double) -> RequestRefusal {
        RequestRefusal(
            .tooManyRequests,
            code: "too-often",
            message: "There are too many requests at once.",
            remedy: "The page tries again by itself; a script should wait for Retry-After.",
            headers: [.retryAfter: "\(max(1, Int(seconds.rounded(.up))))"]
        )
    }

    /// Something that the reviewer does not hold any more.
    static func lost(_ message: String) -> RequestRefusal {
        RequestRefusal(
            .gone,
            code: "lost",
            message: message,
            remedy: "It was given to somebody else, or decided: go on with the next one."
        )
    }

    /// A request whose content cannot be used.
    static func invalid(_ message: String) -> RequestRefusal {
        RequestRefusal(
            .badRequest,
            code: "invalid",
            message: message,
            remedy: "Reload the page; a script should compare with schemas/review-api.yaml."
        )
    }
}
