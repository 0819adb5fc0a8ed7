%% Rows about process groups, on OTP's pg. Each measurement has a scope of its own, which is gone afterwards.
-module(pg_bench).
-export([measure/2, start_scope/1, stop_scope/1, join_one/1, watch/3, wait_for_groups/2]).

-define(GROUP, room).

%% Reading the members of a group that does not change, and whose members live on all nodes alike.
measure("read", #{members := Members, nodes := Nodes, count := Count}) ->
    Places = places(Nodes),
    with_scope(Places, fun(Scope) ->
        Pids = [erpc:call(lists:nth(Index rem length(Places) + 1, Places), ?MODULE, join_one, [Scope])
                || Index <- lists:seq(1, Members)],
        poll(fun() -> length(pg:get_members(Scope, ?GROUP)) =:= Members end),
        Time = timed(fun() -> read(Scope, Count) end),
        kill(Pids),
        [{value, Time / Count}, {unit, "ns"}]
    end);

%% One process joins and leaves a group of its own; each call is waited for.
measure("join", #{count := Count, nodes := Nodes}) ->
    with_scope(places(Nodes), fun(Scope) ->
        Time = timed(fun() -> join_and_leave(Scope, self(), Count) end),
        [{value, Time / Count / 2}, {unit, "ns"}]
    end);

%% Members join one group, one after the other.
measure("join-one-group", #{count := Count, nodes := Nodes}) ->
    with_scope(places(Nodes), fun(Scope) ->
        Pids = spawn_members(Count),
        Time = timed(fun() -> [ok = pg:join(Scope, ?GROUP, Pid) || Pid <- Pids] end),
        kill(Pids),
        [{value, Time / Count}, {unit, "ns"}]
    end);

%% All members of one group end; until this node sees none of them.
measure("members-end", #{count := Count, nodes := Nodes}) ->
    with_scope(places(Nodes), fun(Scope) ->
        Pids = spawn_members(Count),
        ok = pg:join(Scope, ?GROUP, Pids),
        Time = timed(fun() ->
            [exit(Pid, kill) || Pid <- Pids],
            poll(fun() -> not ets:member(Scope, ?GROUP) end)
        end),
        [{value, Time / 1}, {unit, "ns"}]
    end);

%% One process joins many groups, one by one; until two other nodes see them all.
measure("burst", #{count := Count}) ->
    with_scope(places(3), fun(Scope) ->
        Waiting = [erpc:send_request(Node, ?MODULE, wait_for_groups, [Scope, Count]) || Node <- bench:peers()],
        Start = bench:now_ns(),
        [ok = pg:join(Scope, Group, self()) || Group <- lists:seq(1, Count)],
        End = lists:max([erpc:receive_response(Request) || Request <- Waiting]),
        [{value, Count * 1.0e9 / (End - Start)}, {unit, "per second"}]
    end);

%% From the call of one join until the monitors of two other nodes have told of it.
measure("visible", #{count := Count}) ->
    with_scope(places(3), fun(Scope) ->
        Watchers = [spawn_link(Node, ?MODULE, watch, [Scope, self(), Count]) || Node <- bench:peers()],
        [receive {Watcher, ready} -> ok end || Watcher <- Watchers],
        Times = [visible(Scope, Group, Watchers) || Group <- lists:seq(1, Count)],
        [{value, bench:median(Times) / 1}, {unit, "ns"}]
    end);

%% A node starts the scope late and gets what another one has in many groups.
measure("late", #{count := Count}) ->
    with_scope([node()], fun(Scope) ->
        [ok = pg:join(Scope, Group, self()) || Group <- lists:seq(1, Count)],
        [Late | _] = bench:peers(),
        Time = timed(fun() ->
            ok = erpc:call(Late, ?MODULE, start_scope, [Scope]),
            erpc:call(Late, ?MODULE, wait_for_groups, [Scope, Count])
        end),
        ok = erpc:call(Late, ?MODULE, stop_scope, [Scope]),
        [{value, Time / 1}, {unit, "ns"}]
    end);

%% Bytes of one node with so many memberships in so many groups: what the scope's process and its table hold.
measure("memory", #{count := Count, groups := Groups}) ->
    with_scope([node()], fun(Scope) ->
        Pids = spawn_members(Count div Groups),
        [ok = pg:join(Scope, Group, Pids) || Group <- lists:seq(1, Groups)],
        erlang:garbage_collect(whereis(Scope)),
        {memory, Server} = process_info(whereis(Scope), memory),
        Table = ets:info(Scope, memory) * erlang:system_info(wordsize),
        kill(Pids),
        [{value, (Server + Table) / 1}, {unit, "bytes"}]
    end).

%% What the other nodes run.

start_scope(Scope) ->
    {ok, Pid} = pg:start(Scope),
    persistent_term:put({?MODULE, Scope}, Pid),
    ok.

stop_scope(Scope) ->
    Pid = persistent_term:get({?MODULE, Scope}),
    persistent_term:erase({?MODULE, Scope}),
    Ref = monitor(process, Pid),
    exit(Pid, kill),
    receive {'DOWN', Ref, process, Pid, _} -> ok end.

%% A member that has joined.
join_one(Scope) ->
    [Pid] = spawn_members(1),
    ok = pg:join(Scope, ?GROUP, Pid),
    Pid.

%% When this node sees so many groups.
wait_for_groups(Scope, Count) ->
    poll(fun() -> ets:info(Scope, size) >= Count end),
    bench:now_ns().

%% Tells when each of so many joins was seen here.
watch(Scope, Caller, Count) ->
    {Ref, _} = pg:monitor_scope(Scope),
    Caller ! {self(), ready},
    watch(Ref, Caller, Count, []).

watch(_, _, 0, _) -> ok;
watch(Ref, Caller, Count, Seen) ->
    receive
        {Ref, join, Group, _} ->
            Caller ! {self(), Group, bench:now_ns()},
            watch(Ref, Caller, Count - 1, Seen)
    end.

visible(Scope, Group, Watchers) ->
    Start = bench:now_ns(),
    ok = pg:join(Scope, Group, self()),
    lists:max([receive {Watcher, Group, Time} -> Time end || Watcher <- Watchers]) - Start.

%% Tools.

with_scope(Nodes, Work) ->
    Scope = list_to_atom("scope" ++ integer_to_list(erlang:unique_integer([positive]))),
    [ok = erpc:call(Node, ?MODULE, start_scope, [Scope]) || Node <- Nodes],
    %% The scopes have found each other when each has answered after the others were up.
    [sys:get_state({Scope, Node}) || _ <- [1, 2], Node <- Nodes],
    Result = Work(Scope),
    [ok = erpc:call(Node, ?MODULE, stop_scope, [Scope]) || Node <- Nodes],
    Result.

places(1) -> [node()];
places(3) -> [node() | bench:peers()].

read(_, 0) -> ok;
read(Scope, Count) ->
    _ = pg:get_members(Scope, ?GROUP),
    read(Scope, Count - 1).

join_and_leave(_, _, 0) -> ok;
join_and_leave(Scope, Pid, Count) ->
    ok = pg:join(Scope, ?GROUP, Pid),
    ok = pg:leave(Scope, ?GROUP, Pid),
    join_and_leave(Scope, Pid, Count - 1).

spawn_members(Count) -> [spawn(fun() -> receive stop -> ok end end) || _ <- lists:seq(1, Count)].

kill(Pids) -> [exit(Pid, kill) || Pid <- Pids].

poll(Condition) ->
    case Condition() of
        true -> ok;
        false -> timer:sleep(1), poll(Condition)
    end.

timed(Work) ->
    Start = bench:now_ns(),
    Work(),
    bench:now_ns() - Start.
