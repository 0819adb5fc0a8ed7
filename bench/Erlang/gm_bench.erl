%% Rows about guaranteed multicast, on RabbitMQ's gm, which runs without the broker: it needs mnesia, and a function that
%% runs its transactions. Each measurement has a group of its own, which is gone afterwards.
-module(gm_bench).
-behaviour(gm).
-export([measure/2, start_mnesia/0, follow_mnesia/1, start_member/3]).
-export([joined/2, members_changed/3, handle_msg/3, handle_terminate/2]).

%% One member sends; until every member has handled the last message. gm itself takes whatever comes, and becomes slower
%% the longer its mailboxes are; so the sender waits while more than a window of messages is not handled by all, which is
%% to the advantage of gm.
measure("ring-send", #{members := Members, nodes := Nodes, bytes := Bytes, count := Count, window := Window}) ->
    with_ring(Members, Nodes, Window div 4, fun(Pids = [Sender | _]) ->
        Payload = payload(Bytes),
        Start = bench:now_ns(),
        send(Sender, Payload, Count, Window, maps:from_keys(Pids, 0)),
        [{value, Count * 1.0e9 / (bench:now_ns() - Start)}, {unit, "per second"}]
    end);

%% One member sends and waits for the confirm of each.
measure("ring-confirm", #{members := Members, nodes := Nodes, bytes := Bytes, count := Count}) ->
    with_ring(Members, Nodes, Count + 1, fun([Sender | _]) ->
        Payload = payload(Bytes),
        Times = [confirm(Sender, Payload) || _ <- lists:seq(1, Count)],
        [{value, bench:median(Times) / 1}, {unit, "ns"}]
    end).

with_ring(Members, Nodes, Every, Work) ->
    start_everywhere(),
    Group = {?MODULE, erlang:unique_integer([positive])},
    Places = case Nodes of 1 -> [node()]; 3 -> [node() | bench:peers()] end,
    Pids = [begin
                Place = lists:nth((Index - 1) rem length(Places) + 1, Places),
                erpc:call(Place, ?MODULE, start_member, [Group, self(), Every])
            end || Index <- lists:seq(1, Members)],
    [receive {Pid, joined} -> ok end || Pid <- Pids],
    wait_for_ring(Pids, Members),
    Result = Work(Pids),
    Refs = [monitor(process, Pid) || Pid <- Pids],
    [ok = gm:leave(Pid) || Pid <- Pids],
    [receive {'DOWN', Ref, process, _, _} -> ok end || Ref <- Refs],
    gm:forget_group(Group),
    flush(),
    Result.

%% A member of gm learns of others only with the traffic that passes it, so the ring is closed by sending something.
wait_for_ring(Pids, Members) ->
    _ = gm:confirmed_broadcast(hd(Pids), warm_up),
    case lists:all(fun(Pid) -> sees(Pid) =:= Members end, Pids) of
        true -> ok;
        false -> timer:sleep(5), wait_for_ring(Pids, Members)
    end.

sees(Pid) ->
    case gm:info(Pid) of
        Info when is_list(Info) -> length(proplists:get_value(group_members, Info));
        _ -> 0
    end.

%% Sends what the window allows, then waits for the slowest; until all has been handled by all.
send(Sender, Payload, Count, Window, Handled) -> send(Sender, Payload, Count, Window, 0, Handled).

send(Sender, Payload, Count, Window, Sent, Handled) ->
    case lists:min(maps:values(Handled)) of
        Count -> ok;
        Least ->
            Now = min(Count, Least + Window),
            repeat(Sender, Payload, Now - Sent),
            receive {Pid, handled, Messages} -> send(Sender, Payload, Count, Window, Now, Handled#{Pid := Messages}) end
    end.

repeat(_, _, 0) -> ok;
repeat(Sender, Payload, Count) ->
    ok = gm:broadcast(Sender, Payload),
    repeat(Sender, Payload, Count - 1).

confirm(Sender, Payload) ->
    Start = bench:now_ns(),
    ok = gm:confirmed_broadcast(Sender, Payload),
    bench:now_ns() - Start.

payload(Bytes) -> binary:copy(<<0>>, Bytes).

flush() -> receive _ -> flush() after 0 -> ok end.

%% What every node runs.

start_everywhere() ->
    case persistent_term:get(?MODULE, false) of
        true -> ok;
        false ->
            ok = start_mnesia(),
            ok = gm:create_tables(),
            [ok = erpc:call(Node, ?MODULE, follow_mnesia, [node()]) || Node <- bench:peers()],
            persistent_term:put(?MODULE, true)
    end.

start_mnesia() -> mnesia:start().

follow_mnesia(Leader) ->
    ok = mnesia:start(),
    {ok, [_ | _]} = mnesia:change_config(extra_db_nodes, [Leader]),
    [{Table, _}] = gm:table_definitions(),
    {atomic, ok} = mnesia:add_table_copy(Table, node(), ram_copies),
    ok = mnesia:wait_for_tables([Table], 10000).

%% The caller here is a process that ends at once, so the member is started by one that is not linked to it.
start_member(Group, Caller, Every) ->
    Self = self(),
    spawn(fun() ->
        {ok, Pid} = gm:start_link(Group, ?MODULE, {Caller, Every}, fun transaction/1),
        unlink(Pid),
        Self ! {started, Pid}
    end),
    receive {started, Pid} -> Pid end.

transaction(Fun) ->
    {atomic, Result} = mnesia:sync_transaction(Fun),
    Result.

%% Callbacks of gm: count messages, and tell after each so many.

joined({Caller, _}, _Members) ->
    put(messages, 0),
    Caller ! {self(), joined},
    ok.

members_changed(_, _Births, _Deaths) -> ok.

handle_msg(_, _From, warm_up) -> ok;
handle_msg({Caller, Every}, _From, _Message) ->
    Messages = get(messages) + 1,
    put(messages, Messages),
    case Messages rem Every of
        0 -> Caller ! {self(), handled, Messages};
        _ -> ok
    end,
    ok.

handle_terminate(_, _Reason) -> ok.
