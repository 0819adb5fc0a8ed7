%% The Erlang side of the comparison: reads one command per line, "row key=value ...", measures that row once, and
%% prints one JSON object per line. It ends when its input ends.
%%
%%   erl -noshell -name a41001@127.0.0.1 ... -s bench main 41002 41003
%%
%% The arguments are the ports of the two other nodes, which are started with it: operating system processes of their
%% own that end with this one.
-module(bench).
-export([main/1, now_ns/0, peers/0, median/1]).

main(Ports) ->
    Peers = [start_peer(Letter, atom_to_list(Port)) || {Letter, Port} <- lists:zip(["b", "c"], Ports)],
    persistent_term:put({?MODULE, peers}, Peers),
    io:format("~s~n", [json([{event, "ready"}, {otp, erlang:system_info(otp_release)}, {gm, has_gm()}])]),
    loop().

%% The other two nodes.
peers() -> persistent_term:get({?MODULE, peers}).

%% A clock that all processes of this machine share.
now_ns() -> os:perf_counter(nanosecond).

median(Numbers) ->
    Sorted = lists:sort(Numbers),
    lists:nth(length(Sorted) div 2 + 1, Sorted).

loop() ->
    case io:get_line("") of
        eof -> halt(0);
        Line ->
            [Row | Settings] = string:lexemes(string:trim(Line), " "),
            %% A process per measurement, so that each begins with an empty heap and mailbox.
            {Pid, Ref} = spawn_monitor(fun() -> exit({measured, measure(Row, settings(Settings))}) end),
            receive
                {'DOWN', Ref, process, Pid, {measured, Result}} -> answer(Row, Result);
                {'DOWN', Ref, process, Pid, Reason} -> answer(Row, [{error, io_lib:format("~0p", [Reason])}])
            end,
            loop()
    end.

measure(Row = "ring-" ++ _, Settings) -> gm_bench:measure(Row, Settings);
measure(Row, Settings) -> pg_bench:measure(Row, Settings).

settings(Words) ->
    maps:from_list([begin
                        [Key, Value] = string:split(Word, "="),
                        {list_to_atom(Key), list_to_integer(Value)}
                    end || Word <- Words]).

start_peer(Letter, Port) ->
    %% Over its standard input and output, so that it ends with this node, however that ends.
    {ok, _, Node} = peer:start(#{name => Letter ++ Port,
                                 host => "127.0.0.1",
                                 longnames => true,
                                 connection => standard_io,
                                 wait_boot => 30000,
                                 args => peer_arguments()}),
    true = net_kernel:connect_node(Node),
    Node.

peer_arguments() ->
    Paths = [Path || Path <- code:get_path(), not lists:prefix(code:root_dir(), Path), Path =/= "."],
    lists:append([["-pa", Path] || Path <- Paths])
        ++ ["-epmd_module", "bench_epmd", "-start_epmd", "false", "-kernel", "inet_dist_use_interface", "{127,0,0,1}",
            "-setcookie", atom_to_list(erlang:get_cookie())].

has_gm() -> code:which(gm) =/= non_existing andalso code:which(mnesia) =/= non_existing.

answer(Row, Fields) -> io:format("~s~n", [json([{row, Row} | Fields])]).

json(Fields) ->
    ["{", lists:join(",", [["\"", atom_to_list(Key), "\":", value(Value)] || {Key, Value} <- Fields]), "}"].

value(Value) when is_integer(Value) -> integer_to_list(Value);
value(Value) when is_float(Value) -> io_lib:format("~.3f", [Value]);
value(Value) when is_boolean(Value) -> atom_to_list(Value);
value(Value) -> ["\"", [escape(C) || C <- lists:flatten(Value)], "\""].

escape($") -> "\\\"";
escape($\\) -> "\\\\";
escape(C) when C < 32 -> " ";
escape(C) -> C.
