import HTTPTypes
import Hummingbird

/// A request that is not answered: the status, and what the page tells the person.
struct RequestRefusal: Error {
    let status: HTTPResponse.Status
    let payload: ErrorPayload

    init(_ status: HTTPResponse.Status, code: String, message: String, remedy: String) {
        self.status = status
        payload = ErrorPayload(code: code, message: message, remedy: remedy)
    }

    var response: Response { .json(payload, status: status) }

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
    static let method = RequestRefusal(
        .methodNotAllowed,
        code: "method",
        message: "Only GET and POST are answered.",
        remedy: "See schemas/review-api.yaml for the routes."
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
