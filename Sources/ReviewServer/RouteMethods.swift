import HTTPTypes
import Hummingbird

/// Which methods each address answers to.
struct RouteMethods: Sendable {
    private struct Route {
        let parts: [String]
        let method: HTTPRequest.Method
    }

    private let routes: [Route]

    /// Knows no route.
    init() { routes = [] }

    /// Learns the routes that were added to a router.
    init(of router: Router<ReviewContext>) {
        routes = router.routes.map {
            Route(parts: Self.parts(of: $0.path.description), method: $0.method)
        }
    }

    /// The methods of the routes that fit a path; none when no route does.
    func answered(at path: String) -> Set<HTTPRequest.Method> {
        let parts = Self.parts(of: path)
        let fitting = routes.filter { route in
            route.parts.count == parts.count
                && zip(route.parts, parts).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
        }
        return Set(fitting.map(\.method))
    }

    private static func parts(of path: String) -> [String] {
        path.split(separator: "/").map(String.init)
    }
}
