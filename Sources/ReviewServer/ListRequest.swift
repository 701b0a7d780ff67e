import Curation
import CurationCore
import Hummingbird

/// Which part of a list is asked for: `?limit=&cursor=`.
struct ListRequest {
    private static var most: Int { 1000 }

    let limit: Int
    let cursor: String?

    init(_ request: Request, usual: Int = 100) throws(RequestRefusal) {
        limit = try request.number("limit") ?? usual
        guard (1...Self.most).contains(limit) else {
            throw .invalid("limit must be from 1 to \(Self.most).")
        }
        cursor = request.text("cursor")
    }

    /// The cursor as a number; nil for the first page.
    func number() throws(RequestRefusal) -> Int64? {
        guard let cursor else { return nil }
        guard let number = Int64(cursor), number >= 0 else {
            throw .invalid("The cursor is none of this list.")
        }
        return number
    }
}

extension Request {
    /// A text in the query; nil when it is not there.
    func text(_ name: String) -> String? {
        uri.queryParameters[Substring(name)].map(String.init)
    }
}

extension RequestRefusal {
    /// What a verb refused, for the page; nil for what is a failure of the disk or the database.
    init?(_ error: CurationError) {
        switch error {
        case .input(let text):
            self.init(.notFound, code: "no-input", message: text, remedy: Self.reload)
        case .badData(let text):
            self.init(.badRequest, code: "invalid", message: text, remedy: Self.reload)
        case .output(let text):
            self.init(.conflict, code: "taken", message: text, remedy: "Choose another name.")
        case .unfinished(let text):
            self.init(.conflict, code: "unfinished", message: text, remedy: Self.reload)
        case .busy(let text):
            self.init(
                .serviceUnavailable,
                code: "busy",
                message: text,
                remedy: "Try again in a moment."
            )
        case .component, .storage: return nil
        }
    }

    private static let reload = "Reload the page to see what is there now."
}
