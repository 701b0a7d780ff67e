import ReviewServer
import Testing

@Suite struct GridRoutesTests {
    private struct View: Decodable {
        let view: String
        let count: Int
    }
    private struct Refusal: Decodable { let code: String }
    private struct Redone: Decodable {
        let can_undo: Bool
        let can_redo: Bool
    }
    private struct Edited: Decodable { let version: String }

    private static func chosen(_ count: Int) -> String {
        #"{"id":"d","decision":"accept","ranges":[[0,3]],"expected_count":\#(count)}"#
    }

    @Test func `a view is made, its rows are octets with a tag`() async throws {
        try await TestServer.run { server in
            var headers = try await server.signedIn()
            let made = try await server.send("POST", "/api/v1/views", headers: headers, json: "{}")
                .json(View.self)
            #expect(made.count == 10)
            let path = "/api/v1/views/\(made.view)/rows?from=0&count=4096"
            let rows = try await server.send("GET", path, headers: headers)
            #expect(rows.headers["content-type"] == "application/octet-stream")
            #expect(rows.text.hasPrefix("WNR1"))
            headers["If-None-Match"] = rows.headers["etag"]
            let again = try await server.send("GET", path, headers: headers).status
            #expect(again == 304)
            for part in ["items?limit=1000", "facets?fields=class,score"] {
                let path = "/api/v1/views/\(made.view)/\(part)"
                let status = try await server.send("GET", path, headers: headers).status
                #expect(status == 200, "\(part)")
            }
        }
    }

    @Test func `a decision about another number of pictures is a conflict`() async throws {
        try await TestServer.run { server in
            let headers = try await server.signedIn()
            let path = "/api/v1/views/00000000000000aa/decisions"
            let answers = [(3, 200), (4, 409)]
            for (count, status) in answers {
                let answer = try await server.send(
                    "POST",
                    path,
                    headers: headers,
                    json: Self.chosen(count)
                )
                #expect(answer.status == status)
                if status == 409 {
                    #expect(try answer.json(Refusal.self).code == "count-differs")
                }
            }
        }
    }

    @Test func `an edit of newer labels is refused, and a write needs the page`() async throws {
        try await TestServer.run { server in
            let headers = try await server.signedIn()
            let path = "/api/v1/images/1/annotations"
            func edit(_ base: String, _ headers: [String: String]) async throws -> HTTPExchange {
                let json = #"{"id":"e","base_version":"\#(base)","annotations":[]}"#
                return try await server.send("PUT", path, headers: headers, json: json)
            }
            #expect(try await edit("1", headers).json(Edited.self).version == "2")
            let late = try await edit("0", headers)
            #expect(late.status == 412)
            #expect(try late.json(Refusal.self).code == "newer-version")
            var foreign = headers
            foreign["Origin"] = "http://evil.example"
            #expect(try await edit("1", foreign).status == 403)
            foreign["Origin"] = nil
            #expect(try await edit("1", foreign).status == 403)
            let status = try await server.send("DELETE", path, headers: headers).status
            #expect(status == 405)
        }
    }

    @Test func `redo says whether there is more`() async throws {
        try await TestServer.run { server in
            let headers = try await server.signedIn()
            let redone = try await server.send(
                "POST",
                "/api/v1/redo",
                headers: headers,
                json: #"{"steps":1}"#
            ).json(Redone.self)
            #expect(redone.can_undo && !redone.can_redo)
        }
    }

    @Test func `what cannot be used is refused`() async throws {
        try await TestServer.run { server in
            let headers = try await server.signedIn()
            let view = "/api/v1/views/00000000000000aa"
            let gets = [
                ("\(view)/rows?count=4097", 400), ("\(view)/rows?from=-1", 400),
                ("\(view)/rows?from=9223372036854775807", 400), ("\(view)/rows?count=x", 400),
                ("\(view)/items?limit=1001", 400), ("\(view)/items?cursor=x", 400),
                ("\(view)/facets?fields=", 400), ("/api/v1/views/gone/rows", 404),
                ("/api/v1/views/gone/facets", 404), ("/api/v1/views/gone/items", 404),
            ]
            for (path, status) in gets {
                let answer = try await server.send("GET", path, headers: headers)
                #expect(answer.status == status, "\(path)")
            }
            for json in [
                "", "[]", #"{"filter":[{}]}"#, #"{"filter":[{"field":"nothing"}]}"#,
                #"{"filter":[{"field":"class","is":[true]}]}"#,
            ] {
                let answer = try await server.send(
                    "POST",
                    "/api/v1/views",
                    headers: headers,
                    json: json
                )
                #expect(answer.status == 400, "\(json)")
            }
        }
    }
}
